import { describe, expect, it } from 'vitest';
import type { ContainerWish } from '../support/docker-container.ts';
import { type TestServer, useContainers } from '../support/docker-server.ts';
import { until } from '../support/until.ts';
import { standIns } from '../support/valkey-modules.ts';

const containers = useContainers();

describe('a server start', () => {
  const conf = 'maxmemory 64mb\n';
  const forms: ReadonlyArray<readonly [title: string, wish: ContainerWish, maxmemory: string]> = [
    ['without a command', {}, '0'],
    ['with an option as first word', { command: ['--maxmemory', '64mb'] }, '67108864'],
    ['with a .conf file as first word', { command: ['/x.conf'], files: { '/x.conf': conf } }, '67108864'],
    [
      'with valkey-server and a file',
      { command: ['valkey-server', '/x.conf'], files: { '/x.conf': conf } },
      '67108864',
    ],
    ['with a file named .cfg', { command: ['valkey-server', '/x.cfg'], files: { '/x.cfg': conf } }, '67108864'],
    ['with the configuration on standard input', { command: ['-'], stdin: conf }, '67108864'],
    ['with standard input behind a file', standardInputBehindFile(), '67108864'],
    ['with redis-server', { command: ['redis-server', '--maxmemory', '64mb'] }, '67108864'],
    ['by /usr/bin/valkey-server', { command: ['/usr/bin/valkey-server', '--maxmemory', '64mb'] }, '67108864'],
    [
      'with valkey-server as entry point',
      { entrypoint: ['valkey-server'], command: ['--maxmemory', '64mb'] },
      '67108864',
    ],
    [
      'with /usr/bin/valkey-server as entry point',
      { entrypoint: ['/usr/bin/valkey-server'], command: ['/x.conf'], files: { '/x.conf': conf } },
      '67108864',
    ],
  ];

  it.each(forms)('%s loads every module and keeps its configuration', async (_, wish, maxmemory) => {
    const server = await containers.serve(wish);
    expect(await server.modules()).toEqual(standIns);
    expect(await server.config('maxmemory')).toEqual({ maxmemory });
  });

  it('with an empty line in a load element keeps the options behind it', async () => {
    const server = await containers.serve({
      command: ['--loadmodule /usr/lib/valkey/libsearch.so\n\nmaxclients 100\n', '--maxmemory', '64mb'],
      env: { SEARCH_MODULE_ARGS: '--use-coordinator' },
    });
    expect((await server.modules())['search']?.args).toEqual(['--use-coordinator']);
    expect([await server.config('maxclients'), await server.config('maxmemory')]).toEqual([
      { maxclients: '100' },
      { maxmemory: '67108864' },
    ]);
  });

  it('keeps a dash that is a value in front of the one that is standard input', async () => {
    const server = await containers.serve({ command: ['valkey-server', '--syslog-ident', '-', '-'], stdin: conf });
    expect(await server.config('syslog-ident')).toEqual({ 'syslog-ident': '-' });
    expect(await server.config('maxmemory')).toEqual({ maxmemory: '67108864' });
  });

  it('with --port listens on that port, with every module', async () => {
    const server = await containers.serve({ command: ['--port', '7000'], port: 7000 });
    expect(await server.modules()).toEqual(standIns);
  });

  it.each([
    ['/usr/local/bin/valkey-server', '/usr/local/bin/valkey-server'],
    ['/usr/bin/valkey-server', '/usr/bin/valkey-server'],
    ['../usr/local/bin/redis-server', '/usr/local/bin/redis-server'],
  ])('with %s as entry point is told by INFO under that name', async (entrypoint, executable) => {
    const server = await containers.serve({ entrypoint: [entrypoint], command: ['--set-proc-title', 'yes'] });
    expect(await server.call('INFO', 'server')).toContain(`\nexecutable:${executable}\r`);
    const title = (await server.container.read('cat', '/proc/1/cmdline')).replace(/\0+$/, '');
    expect(title).toBe(`${entrypoint} *:6379`);
  });

  it('under a name that leads elsewhere is still that of the image', async () => {
    const server = await containers.serve({
      entrypoint: ['bash', '-c', 'exec -a /opt/wrapper/valkey-server /usr/local/bin/valkey-server "$@"', 'bash'],
      command: ['--maxmemory', '64mb'],
    });
    expect(await server.modules()).toEqual(standIns);
    expect(await server.call('INFO', 'server')).toContain('\nexecutable:/opt/wrapper/valkey-server\r');
  });

  it('by the path of the real server is not touched', async () => {
    const server = await containers.serve({
      command: ['/usr/local/libexec/valkey/valkey-server', '--protected-mode', 'no'],
      entrypoint: [],
    });
    expect(await server.modules()).toEqual({});
  });
});

function standardInputBehindFile(): ContainerWish {
  return {
    command: ['valkey-server', '/x.conf', '-'],
    files: { '/x.conf': 'loglevel verbose\n' },
    stdin: 'maxmemory 64mb\n',
  };
}

describe('a start that takes no modules', () => {
  it('as sentinel by its own name runs without them', async () => {
    await expectSentinel({ command: ['valkey-sentinel', '/data/sentinel.conf'] });
  });

  it('as sentinel by option runs without them', async () => {
    await expectSentinel({ command: ['valkey-server', '/data/sentinel.conf', '--sentinel'] });
  });

  it('as sentinel with a configuration on standard input has read it', async () => {
    const sentinel = await expectSentinel({
      command: ['valkey-server', '/data/sentinel.conf', '--sentinel', '-'],
      stdin: 'sentinel monitor mine 127.0.0.1 7777 1\n',
    });
    expect(await sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'mine')).toEqual(['127.0.0.1', '7777']);
  });

  it.each([
    ['--version', 0],
    ['-v', 0],
    ['--help', 0],
    ['-h', 0],
  ])('%s is answered by the server alone', async (option, exitCode) => {
    const ended = await containers.run({ command: ['valkey-server', option] });
    const real = await containers.run({ entrypoint: ['/usr/local/libexec/valkey/valkey-server'], command: [option] });
    expect(ended.exitCode).toBe(exitCode);
    expect(ended.stderr).toBe('');
    // Where it names itself, it names the path it was called by.
    expect(ended.stdout.replaceAll('/usr/local/libexec/valkey/', '')).toBe(
      real.stdout.replaceAll('/usr/local/libexec/valkey/', ''),
    );
  });

  it('--version without a program in front is answered too', async () => {
    const ended = await containers.run({ command: ['--version'] });
    expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ended.stdout).toMatch(/v=9\./);
  });

  it('--check-system is answered by the server alone', async () => {
    const ended = await containers.run({ command: ['valkey-server', '--check-system'] });
    const real = await containers.run({
      entrypoint: ['/usr/local/libexec/valkey/valkey-server'],
      command: ['--check-system'],
    });
    expect(ended.exitCode).toBe(real.exitCode);
    expect(ended.stdout).toContain('[slow-clocksource]');
    expect(ended.stderr).toBe('');
  });
});

async function expectSentinel(wish: ContainerWish): Promise<TestServer> {
  const sentinel = await containers.serve({
    ...wish,
    port: 26379,
    files: { '/data/sentinel.conf': { text: 'protected-mode no\nport 26379\n', uid: 999 } },
  });
  expect(await sentinel.call('INFO', 'server')).toContain('server_mode:sentinel');
  const { stdout } = await until('its log says what it is', async () => {
    const output = await sentinel.container.output();
    return output.stdout.includes('Running mode=sentinel') ? output : undefined;
  });
  expect(stdout).not.toMatch(/Module '.*' loaded|stand-in/);
  return sentinel;
}
