import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { command } from '../../../../entrypoint/cluster/view.ts';
import type { TlsFiles } from '../../../../entrypoint/host/host.ts';
import { askOnce } from '../../../../entrypoint/host/resp.ts';
import { bytesOf } from '../../../../entrypoint/text/bytes.ts';
import { selfSigned } from '../../../support/certificate.ts';

const directory = mkdtempSync(join(tmpdir(), 'resp-tls-'));
const file = (name: string): string => join(directory, name);
const [ours, other] = [selfSigned('server'), selfSigned('other')];
const none: TlsFiles = { caFile: null, caDirectory: null, certFile: null, keyFile: null, verifies: true };
let server: Server;
let got = '';

beforeAll(async () => {
  // The name by which OpenSSL finds it would be its hash.
  writeFileSync(file('01234567.0'), ours.certificate);
  writeFileSync(file('other.crt'), other.certificate);
  server = createServer({ cert: ours.certificate, key: ours.key }, (socket) => {
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
