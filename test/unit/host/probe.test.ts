import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Refusal } from '../../../entrypoint/diagnostics/diagnostic.ts';
import { ownProcess, startName } from '../../../entrypoint/host/own-process.ts';
import { type StartRecord, usualServer, writeRecord } from '../../../entrypoint/server/reach.ts';
import { asBytes, bytesOf } from '../../../entrypoint/text/bytes.ts';
import { judge, type Level, readHeard } from '../../../entrypoint/tool/health.ts';
import { answers, denied, disabled, info } from '../../support/probe-answers.ts';

/*
 * docker/probe.pl itself, against a server that gives the answers of a table. Two of its lines are made to name a
 * folder of the test: where records lie, and the program behind, which prints what it is handed.
 */

let folder = '';
let probe = '';
/** What the server answers, by command; it hangs up where there is nothing. */
let replies: Readonly<Record<string, string>> = {};
let asked: string[] = [];
let server: Server;
let port = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probe-'));
  probe = join(folder, 'valkey-bundle');
  const program = join(folder, 'program');
  await writeFile(program, '#!/bin/sh\nfor word; do printf "%s\\0" "$word"; done; exit 99\n', { mode: 0o755 });
  const text = await readFile('docker/probe.pl', 'utf8');
  const own = text
    .replace("'/usr/local/libexec/valkey/valkey-bundle'", `'${program}'`)
    .replace("'/run/valkey-bundle', '/dev/shm', '/tmp'", `'${folder}/places'`);
  expect(own.split(folder)).toHaveLength(3);
  await writeFile(probe, own, { mode: 0o755 });
  server = createServer((socket) => {
    socket.on('error', () => {});
    const greeting = replies['greeting'];
    if (greeting !== undefined) return void socket.end(`${greeting}\r\n`);
    socket.on('data', (data) => {
      for (const [, words = ''] of data.toString('latin1').matchAll(/\*\d+\r\n((?:\$\d+\r\n[^\r\n]*\r\n)+)/g)) {
        const command = words.split('\r\n').filter((word) => word !== '' && !word.startsWith('$'));
        asked.push(command.join(' '));
        const reply = replies[command[0] ?? ''];
        if (reply === undefined) return void socket.end();
        const rest = reply.slice(1);
        // In two pieces, as a network may bring it.
        const wire = reply.startsWith('$') ? `$${rest.length}\r\n${rest}\r\n` : `${reply}\r\n`;
        socket.write(wire.slice(0, 3));
        socket.write(wire.slice(3));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at = server.address();
  port = typeof at === 'object' && at !== null ? at.port : 0;
});

afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

async function leaveRecord(
  record: Partial<StartRecord>,
  name = startName(ownProcess(), '0'.repeat(16)),
): Promise<void> {
  const directory = join(folder, 'places', name);
  await rm(join(folder, 'places'), { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const text = writeRecord({ ...usualServer(''), port, ...record });
  await writeFile(join(directory, 'start.record'), text, { encoding: 'latin1', mode: 0o400 });
}

interface Outcome {
  /** Its word, where it decides itself; null where it hands on. */
  readonly said: string | null;
  /** What the program behind is handed. */
  readonly handed: readonly string[];
}

/** A container has the variables that its server is to have. */
const foreign = { LC_ALL: 'xx_XX.UTF-8', PERL_UNICODE: 'SDA', PERL5OPT: '-Mwarnings' };

function run(...args: readonly string[]): Promise<Outcome> {
  asked = [];
  return new Promise((resolve) => {
    execFile(probe, args, { env: { ...process.env, ...foreign } }, (error, stdout, stderr) => {
      expect(stderr).toBe('');
      if (error === null) resolve({ said: stdout.trimEnd(), handed: [] });
      else {
        expect(error.code).toBe(99);
        resolve({ said: null, handed: stdout.split('\0').slice(0, -1) });
      }
    });
  });
}

function judged(level: Level, words: readonly string[]): string {
  const [ping = '', cluster] = words;
  try {
    const host = { readConf: () => ({ kind: 'missing' }) as const };
    return judge(level, readHeard(ping), cluster === undefined ? null : readHeard(cluster), host, null);
  } catch (error) {
    if (error instanceof Refusal) return error.diagnostic.code;
    throw error;
  }
}

const levels = { '': 'healthy', '--alive': 'alive', '--joined': 'joined', '--cluster-ok': 'cluster-ok' } as const;
const lost = info('ok', 3, { failed: 5461 });
const clusters = [info('ok', 3), info('fail', 3), lost, info('ok', 1), disabled, denied, '-LOADING x', '$nothing'];
const cases = answers
  .filter(({ ping }) => !ping.startsWith('!'))
  .flatMap(({ ping }) => [
    ...(['', '--alive'] as const).map((option) => ({ option, ping, cluster: '' })),
    ...(['--joined', '--cluster-ok'] as const).flatMap((option) =>
      clusters.map((cluster) => ({ option, ping, cluster })),
    ),
  ]);

describe('the probe has the rules of entrypoint/tool/health.ts', () => {
  it.each(cases)('$option: $ping, $cluster', async ({ option, ping, cluster }) => {
    await leaveRecord({ nodesFile: '/nodes.conf' });
    replies = { PING: ping, CLUSTER: cluster };
    const level = levels[option];
    const heard = cluster === '' ? [ping] : [ping, cluster];
    const expected = judged(level, heard);
    const { said, handed } = await run('health', ...(option === '' ? [] : [option]));
    if (said !== null) expect(said).toBe(expected);
    else expect(handed).toEqual(['health', ...(option === '' ? [] : [option]), '--heard', ...heard]);
    // Handing on costs as much as the program behind: only what fails may cost that, and what nodes.conf has to be read
    // for.
    const isPlain = /^[a-z]/.test(expected) && cluster !== denied;
    expect({ said, handed }).toMatchObject(isPlain ? { handed: [] } : { said: null });
  });
});

describe('the probe', () => {
  it.each([denied, "-ERR unknown command 'CLUSTER'"])(
    'says itself that a server has joined that lets nobody ask and has no nodes.conf: %s',
    async (cluster) => {
      await leaveRecord({});
      replies = { PING: '+PONG', CLUSTER: cluster };
      expect(await run('health', '--joined')).toMatchObject({ said: judged('joined', ['+PONG', cluster]) });
    },
  );
  it('logs in with the password of the record, whatever bytes it has', async () => {
    await leaveRecord({ password: bytesOf('p%t ü') });
    replies = { AUTH: '+OK', PING: '+PONG' };
    expect(await run('health')).toMatchObject({ said: 'healthy' });
    expect(asked).toEqual([`AUTH ${bytesOf('p%t ü')}`, 'PING']);
  });
  it('takes what PING is answered, not what AUTH is', async () => {
    await leaveRecord({ password: asBytes('x') });
    replies = { AUTH: '-WRONGPASS x', PING: '-NOAUTH Authentication required.' };
    expect(await run('health')).toMatchObject({ said: 'healthy' });
  });
  it('takes a login that PING is not answered after for no answer', async () => {
    await leaveRecord({ password: asBytes('x') });
    replies = { AUTH: '+OK' };
    for (const option of ['--alive', '--joined'])
      expect((await run('health', option)).handed[3]).toBe(`!127.0.0.1:${port}: the connection was closed`);
  });
  it.each(['-ERR max number of clients reached', '-DENIED protected mode'])(
    'takes what the connection itself is answered: %s',
    async (greeting) => {
      for (const password of [null, asBytes('x')]) {
        await leaveRecord({ password });
        replies = { greeting };
        expect(await run('health', '--alive')).toMatchObject({ said: 'alive' });
        const { said, handed } = await run('health', '--joined');
        expect(said ?? handed.slice(2)).toEqual(
          greeting.startsWith('-DENIED') ? 'joined' : ['--heard', greeting, greeting],
        );
      }
    },
  );
  it('hands on why there is no answer', async () => {
    await leaveRecord({ port: 1 });
    expect((await run('health', '--alive')).handed.at(-1)).toMatch(/^!127\.0\.0\.1:1: Connection refused$/);
    await leaveRecord({});
    replies = {};
    expect((await run('health')).handed.at(-1)).toBe(`!127.0.0.1:${port}: the connection was closed`);
  });
  it.each([0, 6380])('asks a server on a socket, whatever its port for TLS: %i', async (tlsPort) => {
    const socket = join(folder, `${tlsPort}.sock`);
    const other = createServer((connection) => connection.end('+PONG\r\n'));
    await new Promise<void>((resolve) => other.listen(socket, resolve));
    await leaveRecord({ port: 0, tlsPort, socket });
    expect(await run('health')).toMatchObject({ said: 'healthy' });
    other.close();
  });
  it.each<[string, Partial<StartRecord>]>([
    ['over TLS', { port: 0, tlsPort: 6380 }],
    ['by a host name', { address: 'valkey.example' }],
    ['without a port and a socket', { port: 0 }],
  ])('leaves a server %s to the program behind', async (_, record) => {
    await leaveRecord(record);
    expect(await run('health', '--joined')).toEqual({ said: null, handed: ['health', '--joined'] });
  });
  it('takes no record of a process that is gone, or of another container', async () => {
    const here = ownProcess();
    for (const owner of [
      { ...here, startTime: '1' },
      { ...here, mountNamespace: '1' },
      { ...here, pidNamespace: '1' },
      { ...here, boot: 'abc' },
    ]) {
      await leaveRecord({ tlsPort: 6380, port: 0 }, startName(owner, '0'.repeat(16)));
      const { said, handed } = await run('health');
      // With the record, which is of a server over TLS, nobody would be asked. Without it that is the usual port, where
      // somebody may be.
      expect(said !== null || handed.includes('--heard')).toBe(true);
    }
  });
  it.each([['plan', '--json'], [], ['health', '--dead'], ['health', '--alive', 'x'], ['cluster', 'check']])(
    'leaves everything else to the program behind: %s',
    async (...args) => {
      expect(await run(...args)).toEqual({ said: null, handed: args });
    },
  );
});
