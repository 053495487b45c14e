import { describe, expect, it } from 'vitest';
import type { TestContainer } from '../support/docker-container.ts';
import { useContainers } from '../support/docker-server.ts';

const containers = useContainers();
const O_NONBLOCK = 0o4000;

describe('the server as process 1', () => {
  it('SIGTERM saves and ends with 0, and the data is back after the next start', async () => {
    const server = await containers.serve({ command: ['--save', '3600 1'] });
    await server.call('SET', 'key', 'value');
    await server.container.docker.kill({ signal: 'SIGTERM' });
    expect(await server.container.ended()).toBe(0);
    await server.container.start();
    await server.reconnect();
    expect(await server.call('GET', 'key')).toBe('value');
  });

  it('SIGKILL loses no write that was synced', async () => {
    const server = await containers.serve({ command: ['--appendonly', 'yes', '--appendfsync', 'always'] });
    const keys = Array.from({ length: 200 }, (_, index) => `key:${index}`);
    for (const key of keys) await server.call('SET', key, key);
    await server.container.docker.kill({ signal: 'SIGKILL' });
    expect(await server.container.ended()).toBe(137);
    await server.container.start();
    await server.reconnect();
    expect(await server.client.mget(keys)).toEqual(keys);
  });

  it('SIGINT ends it too', async () => {
    const server = await containers.serve({});
    await server.container.docker.kill({ signal: 'SIGINT' });
    expect(await server.container.ended()).toBe(0);
  });

  it.each([
    ['a pipe', false],
    ['a terminal', true],
  ])('has a blocking stderr where that is %s', async (_, tty) => {
    const { container } = await containers.serve({ tty, env: { DEBUG: '1' } });
    const target = await container.read('readlink', '/proc/1/fd/2');
    expect(target).toMatch(tty ? /^\/dev\// : /^pipe:/);
    for (const descriptor of [1, 2]) expect((await flagsOf(container, descriptor)) & O_NONBLOCK).toBe(0);
  });

  it('has no descriptor but its own', async () => {
    const { container } = await containers.serve({ env: { VALKEY_MODULES: 'none' } });
    const real = await containers.serve({
      entrypoint: ['/usr/local/libexec/valkey/valkey-server', '--protected-mode', 'no'],
    });
    expect(await descriptorsOf(container)).toEqual(await descriptorsOf(real.container));
  });

  it('has the limits and signal dispositions of a server that nobody launched', async () => {
    const wish = { env: { VALKEY_MODULES: 'none' } };
    const { container } = await containers.serve(wish);
    const real = await containers.serve({
      entrypoint: ['/usr/local/libexec/valkey/valkey-server', '--protected-mode', 'no'],
    });
    expect(await signalsOf(container)).toEqual(await signalsOf(real.container));
    expect(await container.read('cat', '/proc/1/limits')).toBe(await real.container.read('cat', '/proc/1/limits'));
  });
});

describe('a server that goes to the background', () => {
  const command = ['valkey-server', '--daemonize', 'yes', '--port', '7000'];
  const ended = expect.objectContaining({ exitCode: 0, stderr: expect.stringContaining('warning VB513: ') });

  it.each([
    ['process 1', false],
    ['the child of an init', true],
  ])('ends the container where it was %s, and a warning says so', async (_, init) => {
    expect(await containers.run({ command, init })).toEqual(ended);
  });

  it('from a shell that is process 1 says nothing, and runs', async () => {
    const script = `${command.join(' ')} && sleep 1 && valkey-cli -p 7000 ping`;
    const { stdout, stderr } = await containers.run({ entrypoint: ['sh', '-c', script] });
    expect(stderr).not.toContain('VB513');
    expect(stdout).toMatch(/PONG\n$/);
  });
});

/** The flags of an open file, from its octal line. */
async function flagsOf(container: TestContainer, descriptor: number): Promise<number> {
  const text = await container.read('cat', `/proc/1/fdinfo/${descriptor}`);
  const flags = /^flags:\s*([0-7]+)$/m.exec(text)?.[1];
  if (flags === undefined) throw new Error(`no flags of descriptor ${descriptor}: ${text}`);
  return Number.parseInt(flags, 8);
}

/** What the descriptors of process 1 lead to, without sockets: those of clients come and go. Inode numbers say nothing. */
async function descriptorsOf(container: TestContainer): Promise<string[]> {
  const script = 'for fd in /proc/1/fd/*; do readlink "$fd"; done';
  const targets = (await container.read('sh', '-c', script)).trim().split('\n');
  return targets
    .filter((target) => !target.startsWith('socket:'))
    .map((target) => target.replace(/\d+/g, 'N'))
    .sort();
}

async function signalsOf(container: TestContainer): Promise<string[]> {
  const text = await container.read('cat', '/proc/1/status');
  return text.split('\n').filter((line) => /^Sig(Blk|Ign|Cgt):/.test(line));
}
