import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { command } from '../../../../entrypoint/cluster/view.ts';
import type { ServerAt, TlsFiles } from '../../../../entrypoint/host/host.ts';
import { askOnce, openSession, replyReader } from '../../../../entrypoint/host/resp.ts';
import { asBytes, bytesOf } from '../../../../entrypoint/text/bytes.ts';
import { selfSigned } from '../../../support/certificate.ts';

const servers: Server[] = [];
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

/** A server that does this with each connection, and what it was sent. */
async function serve(on: (socket: Socket, chunk: string) => void, greeting = '') {
  const got: string[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    if (greeting !== '') socket.end(greeting);
    socket.on('data', (chunk) => {
      got.push(chunk.toString('latin1'));
      on(socket, chunk.toString('latin1'));
    });
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const at: ServerAt = { ip: '127.0.0.1', port, login: [], tls: null };
  return { at, got: () => got.join('') };
}

const ping = [command('PING')];
const soon = { timeoutMs: 300 };

describe('a stream of replies', () => {
  const stream = Buffer.from(
    '+OK\r\n-ERR no\r\n:-7\r\n$-1\r\n*-1\r\n*0\r\n$0\r\n\r\n*3\r\n*2\r\n:1\r\n-WRONGTYPE in EXEC\r\n$5\r\na\r\n\xff\x00\r\n*1\r\n*0\r\n',
    'latin1',
  );
  const replies = [
    'OK',
    { kind: 'error', message: 'ERR no' },
    -7,
    null,
    null,
    [],
    '',
    [[1, { kind: 'error', message: 'WRONGTYPE in EXEC' }], 'a\r\n\xff\x00', [[]]],
  ];
  it('is read whole, with every byte', () => expect(replyReader()(stream)).toEqual(replies));
  it('is read wherever it is cut in two', () => {
    for (let cut = 1; cut < stream.length; cut++) {
      const read = replyReader();
      expect([...read(stream.subarray(0, cut)), ...read(stream.subarray(cut))]).toEqual(replies);
    }
  });
  it('is read byte by byte', () => {
    const read = replyReader();
    expect([...stream].flatMap((byte) => read(Buffer.of(byte)))).toEqual(replies);
  });
  it('holds a bulk of many pieces, and the reply after it', () => {
    const read = replyReader();
    const piece = Buffer.alloc(65_536, 'x');
    expect(read(Buffer.from(`$${400 * piece.length}\r\n`))).toEqual([]);
    for (let index = 0; index < 400; index++) expect(read(piece)).toEqual([]);
    const [bulk, next] = read(Buffer.from('\r\n:1\r\n'));
    expect([typeof bulk === 'string' && bulk.length, next]).toEqual([400 * piece.length, 1]);
  });
  it.each([
    'HTTP/1.1 400 Bad Request\r\n',
    '$x\r\n',
    '$-2\r\n',
    ':one\r\n',
    '*99999999999\r\n',
    '$1\r\nabc\r\n',
    '%1\r\n',
  ])('that is none of a server is refused: %j', (text) =>
    expect(() => replyReader()(Buffer.from(text))).toThrow('no reply of a server'),
  );
  it('that is a line without end is refused', () =>
    expect(() => replyReader()(Buffer.from(`+${'x'.repeat(70_000)}`))).toThrow('no reply of a server'));
});

describe('a question', () => {
  it('goes out with all its bytes, after the login', async () => {
    const { at, got } = await serve(
      (socket, chunk) => void socket.write(chunk.includes('KEYS') ? '+OK\r\n:1\r\n:2\r\n' : ''),
    );
    const login = [bytesOf('mön'), bytesOf('pass word')];
    const answer = await askOnce({ ...at, login }, [command('KEYS', 'ä'), [asBytes('GET'), asBytes('\xff\r\n')]], soon);
    expect(answer).toEqual({ kind: 'replies', replies: [1, 2] });
    expect(got()).toBe(
      '*3\r\n$4\r\nAUTH\r\n$4\r\nm\xc3\xb6n\r\n$9\r\npass word\r\n*2\r\n$4\r\nKEYS\r\n$2\r\n\xc3\xa4\r\n*2\r\n$3\r\nGET\r\n$3\r\n\xff\r\n\r\n',
    );
  });
  it('is not answered where the login is refused', async () => {
    const { at } = await serve((socket) => void socket.write('-WRONGPASS no\r\n-NOAUTH x\r\n'));
    const answer = await askOnce({ ...at, login: [bytesOf('x')] }, ping, soon);
    expect(answer).toEqual({ kind: 'failed', what: 'refused', why: 'WRONGPASS no' });
  });
  it('fails with what a server says that hangs up', async () => {
    const { at } = await serve(() => {}, '-ERR max number of clients reached\r\n');
    const answer = await askOnce(at, [command('INFO'), command('PING')], soon);
    expect(answer).toEqual({ kind: 'failed', what: 'refused', why: 'ERR max number of clients reached' });
  });
  it.each<[string, (socket: Socket) => void, string, RegExp]>([
    ['a silent server', () => {}, 'connection', /^no answer in time$/],
    ['one that closes in the middle', (socket) => void socket.end('$10\r\nabc'), 'connection', /^connection closed$/],
    ['one that resets', (socket) => void socket.resetAndDestroy(), 'connection', /connection reset|closed/],
    [
      'another protocol',
      (socket) => void socket.write('HTTP/1.1 400 \r\n'),
      'protocol',
      /^no reply of a server: "HTTP/,
    ],
  ])('fails at %s', async (_, on, what, why) => {
    const { at } = await serve(on);
    expect(await askOnce(at, ping, soon)).toEqual({ kind: 'failed', what, why: expect.stringMatching(why) });
  });
  it('fails where nobody listens', async () => {
    const { at } = await serve(() => {});
    servers.pop()?.close();
    expect(await askOnce(at, ping, soon)).toEqual({ kind: 'failed', what: 'connection', why: 'connection refused' });
  });
  it('is given up where it is stopped, with the reason', async () => {
    const { at } = await serve(() => {});
    const stop = new AbortController();
    const asking = askOnce(at, ping, { timeoutMs: 30_000, signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(asking).rejects.toThrow('enough');
    await expect(askOnce(at, ping, { timeoutMs: 30_000, signal: stop.signal })).rejects.toThrow('enough');
  });
  it('goes to no server before TLS is spoken', async () => {
    const { at, got } = await serve((socket) => void socket.write('-ERR unknown command\r\n'));
    const tls = { caFile: null, caDirectory: null, certFile: null, keyFile: null, verifies: true };
    const answer = await askOnce({ ...at, login: [bytesOf('hidden')], tls }, ping, soon);
    expect(answer).toMatchObject({ kind: 'failed', what: 'tls' });
    expect(got()).not.toContain('hidden');
  });
  it('is not asked where a file of TLS cannot be read, which is named', async () => {
    const { at } = await serve(() => {});
    const tls = { caFile: '/no/such.crt', caDirectory: null, certFile: null, keyFile: null, verifies: false };
    const why = '/no/such.crt: no such file or directory';
    expect(await askOnce({ ...at, tls }, ping, soon)).toEqual({ kind: 'failed', what: 'tls', why });
  });
});

describe('a connection that stays open', () => {
  it('answers one question after the other', async () => {
    let count = 0;
    const { at } = await serve((socket) => void socket.write(`:${++count}\r\n`));
    const session = openSession(at);
    expect(await session.ask(ping, 300)).toEqual({ kind: 'replies', replies: [1] });
    expect(await session.ask(ping, 300)).toEqual({ kind: 'replies', replies: [2] });
    session.end();
  });
  it('has failed for good once an answer did not come in time', async () => {
    let count = 0;
    const { at } = await serve((socket) => void (++count > 1 && socket.write(':1\r\n')));
    const session = openSession(at);
    const failed = { kind: 'failed', what: 'connection', why: 'no answer in time' };
    expect([await session.ask(ping, 50), await session.ask(ping, 300)]).toEqual([failed, failed]);
  });
  it('has failed where it was closed between two questions', async () => {
    const { at } = await serve((socket) => void socket.end('+PONG\r\n'));
    const session = openSession(at);
    expect(await session.ask(ping, 300)).toMatchObject({ kind: 'replies' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await session.ask(ping, 300)).toEqual({ kind: 'failed', what: 'connection', why: 'connection closed' });
  });
});

describe('over TLS', () => {
  const directory = mkdtempSync(join(tmpdir(), 'resp-tls-'));
  const file = (name: string): string => join(directory, name);
  const [ours, other] = [selfSigned('server'), selfSigned('other')];
  const none: TlsFiles = { caFile: null, caDirectory: null, certFile: null, keyFile: null, verifies: true };
  let server: TlsServer;
  let got = '';

  beforeAll(async () => {
    // The name by which OpenSSL finds it would be its hash.
    writeFileSync(file('01234567.0'), ours.certificate);
    writeFileSync(file('other.crt'), other.certificate);
    server = createTlsServer({ cert: ours.certificate, key: ours.key }, (socket) => {
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        got += chunk.toString();
        if (chunk.includes('PING')) socket.write('+OK\r\n+PONG\r\n');
      });
    });
    server.on('tlsClientError', () => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    server.close();
    rmSync(directory, { recursive: true });
  });

  async function ping(tls: TlsFiles) {
    got = '';
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const at = { ip: '127.0.0.1', port, login: [bytesOf('hidden')], tls };
    return { answer: await askOnce(at, [command('PING')], { timeoutMs: 3000 }), got };
  }

  it.each<[string, Partial<TlsFiles>]>([
    ['of a file', { caFile: file('01234567.0') }],
    ['of a directory', { caDirectory: directory }],
    ['of either', { caFile: file('other.crt'), caDirectory: directory }],
  ])('a server is known by an authority %s, whatever name is in its certificate', async (_, authority) => {
    expect((await ping({ ...none, ...authority })).answer).toEqual({ kind: 'replies', replies: ['PONG'] });
  });
  it('a server that need not be known is spoken to', async () => {
    const { answer, got } = await ping({ ...none, verifies: false });
    expect([answer, got.includes('hidden')]).toEqual([{ kind: 'replies', replies: ['PONG'] }, true]);
  });
  it.each<[string, Partial<TlsFiles>]>([
    ['that no authority knows', {}],
    ['that the named authority does not know', { caFile: file('other.crt') }],
  ])('a server %s is told nothing, the password least of all', async (_, authority) => {
    const result = await ping({ ...none, ...authority });
    expect(result).toMatchObject({ answer: { kind: 'failed', what: 'tls' }, got: '' });
  });
});
