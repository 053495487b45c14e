import { describe, expect, it } from 'vitest';
import type { TestContainer } from '../support/docker-container.ts';
import { useContainers } from '../support/docker-server.ts';
import { untilLogged } from '../support/until-logged.ts';

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

  it.each([
    ['a shell that is process 1', false],
    ['a shell under an init', true],
  ])('from %s says nothing, and runs', async (_, init) => {
    const script = `${command.join(' ')} && sleep 1 && valkey-cli -p 7000 ping`;
    const { stdout, stderr } = await containers.run({ entrypoint: ['sh', '-c', script], init });
    expect(stderr).not.toContain('VB513');
    expect(stdout).toMatch(/PONG\n$/);
  });

  it('executed in a container that runs says nothing', async () => {
    const { container } = await containers.serve({});
    expect((await container.exec(...command)).stderr).not.toContain('VB513');
  });
});

describe('a packaged configuration', () => {
  it('gets a warning of its log and of its address, and of neither where a shell started the server', async () => {
    const command = ['/x.conf'];
    const files = { '/x.conf': 'bind 127.0.0.1 -::1\nlogfile /data/valkey.log\n' };
    const container = await containers.make({ command, files });
    await container.start();
    await untilLogged(container, ' VB517:');
    expect((await container.output()).stderr).toContain(' VB516: ');
    const script = 'timeout -s KILL 2 valkey-server /x.conf; cat /data/valkey.log';
    const ended = await containers.run({ entrypoint: ['sh', '-c', script], files });
    expect(ended.stdout).toContain('Ready to accept connections');
    expect(ended.stderr).not.toMatch(/VB51[67]/);
  });

  it('with an option that is one word ends as the server says, and a warning says how to write it', async () => {
    const wish = { command: ['valkey-server', '/x.conf', 'maxmemory 64mb'], files: { '/x.conf': 'port 6379\n' } };
    const { exitCode, stderr, log } = await containers.run(wish);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('argv[2]: warning VB518: ');
    expect(stderr).toContain('--maxmemory 64mb');
    expect(log).toContain('Bad directive or wrong number of arguments');
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
