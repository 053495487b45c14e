import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireHosts } from '../../scripts/start/hosts.ts';
import { askTag } from '../../scripts/start/published.ts';
import { problemOf } from '../support/problem-of.ts';
import { recordedProgress } from '../support/recorded-progress.ts';

/* Hosts that cannot be reached: one that refuses at once, and one that takes the connection and never says a word. */

const aborted = new AbortController().signal;
/** As in npm start, but for the patience. */
const limitMs = 300;
const { progress } = recordedProgress();

const sockets = new Set<Socket>();
const silent = createServer((socket) => sockets.add(socket));
let closed: string;
let mute: string;

beforeAll(async () => {
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  mute = addressOf(silent);
  const gone = createServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  closed = addressOf(gone);
  gone.close();
  await once(gone, 'close');
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  silent.close();
});

function addressOf(server: ReturnType<typeof createServer>): string {
  const address = server.address();
  return typeof address === 'object' && address !== null ? `127.0.0.1:${address.port}` : '';
}

const hosts: [title: string, host: () => string, why: RegExp][] = [
  ['refuses the connection', () => closed, /ECONNREFUSED|Failed to connect|Could not connect/],
  ['never answers', () => mute, /within 0\.3 s/],
];

describe('a registry with the published images', () => {
  it.each(hosts)('that %s is named, with the way round: VP630', async (_title, host, why) => {
    const repository = { registry: host(), name: 'a/b' };
    const asking = { dockerFolder: '/nonexistent', aborted, limitMs };
    const { code, message } = await problemOf(askTag(repository, '9.0', 'another way', asking));
    expect(code).toBe('VP630');
    expect(message).toMatch(why);
    expect(message).toContain(`${host()} does not answer`);
    expect(message).toContain('fix: another way');
  });

  it('is given up at once where the user gives up', async () => {
    const controller = new AbortController();
    const asking = { dockerFolder: '/nonexistent', aborted: controller.signal };
    const asked = askTag({ registry: mute, name: 'a/b' }, '9.0', '', asking);
    controller.abort(new Error('interrupted'));
    await expect(asked).rejects.toThrow('interrupted');
  });
});

describe('a host that a build needs', () => {
  it.each(hosts)('that %s is named, before anything is fetched: VP640', async (_title, host, why) => {
    for (const source of [
      { kind: 'git', repository: `http://${host()}/a/b` },
      { kind: 'registry', registry: host() },
    ] as const) {
      const { code, message } = await problemOf(requireHosts('9.0', [source], { progress, aborted, limitMs }));
      expect(code).toBe('VP640');
      expect(message).toMatch(why);
      expect(message).toContain(host());
      expect(message).toContain('insteadOf');
    }
  });
});
