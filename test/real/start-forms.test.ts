import { describe, expect, it } from 'vitest';
import type { ContainerWish } from '../support/docker-container.ts';
import { useContainers } from '../support/docker-server.ts';
import { standIns, standInsWith } from '../support/valkey-modules.ts';

const containers = useContainers();

describe('a server start', () => {
  const conf = 'maxmemory 64mb\n';
  const forms: ReadonlyArray<readonly [title: string, wish: ContainerWish, maxmemory: string]> = [
    ['without a command', {}, '0'],
    ['with an option as first word', { command: ['--maxmemory', '64mb'] }, '67108864'],
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

  it('lets VALKEY_EXTRA_FLAGS win over the command line, and that over the file', async () => {
    const server = await containers.serve({
      command: ['/x.conf', '--maxclients', '200', '--maxmemory', '2mb'],
      files: { '/x.conf': 'maxclients 100\nmaxmemory 1mb\nhz 50\n' },
      env: { VALKEY_EXTRA_FLAGS: "--save '60 1' --maxmemory 3mb" },
    });
    expect(await server.config('max*s')).toMatchObject({ maxclients: '200' });
    expect(await server.config('maxmemory')).toEqual({ maxmemory: '3145728' });
    expect([await server.config('hz'), await server.config('save')]).toEqual([{ hz: '50' }, { save: '60 1' }]);
  });

  it('by the path of the real server is not touched', async () => {
    const server = await containers.serve({
      command: ['/usr/local/libexec/valkey/valkey-server', '--protected-mode', 'no'],
      entrypoint: [],
    });
    expect(await server.modules()).toEqual({});
  });
});

/** The configuration of the users' own setup, as it is written there. */
const coordinatorConf = `port 6379
appendonly yes

loadmodule "/usr/lib/valkey/libsearch.so" --use-coordinator

cluster-enabled yes
cluster-config-file nodes.conf
cluster-node-timeout 5000

save 60 1000
`;

it('the coordinator setup, as it is written, runs in cluster mode with the coordinator and every module', async () => {
  const server = await containers.serve({
    entrypoint: ['/usr/local/bin/valkey-server'],
    command: ['/etc/valkey/valkey.conf'],
    files: { '/etc/valkey': { directory: true }, '/etc/valkey/valkey.conf': { text: coordinatorConf, mode: 0o444 } },
  });
  expect(await server.modules()).toEqual(standInsWith({ search: ['--use-coordinator'] }));
  expect(await server.call('SEARCH.STANDIN', 'COORDINATOR')).toBe(1);
  expect(await server.call('INFO', 'cluster')).toContain('cluster_enabled:1');
  expect(await server.config('save')).toEqual({ save: '60 1000' });
  expect(await server.container.read('ls', '/data')).toContain('nodes.conf');
});

function standardInputBehindFile(): ContainerWish {
  return {
    command: ['valkey-server', '/x.conf', '-'],
    files: { '/x.conf': 'loglevel verbose\n' },
    stdin: 'maxmemory 64mb\n',
  };
}

describe('a question to the server', () => {
  it.each(['--version', '-h', '--check-system'])('%s is answered by the server alone', async (option) => {
    const ended = await containers.run({ command: ['valkey-server', option] });
    const real = await containers.run({ entrypoint: ['/usr/local/libexec/valkey/valkey-server'], command: [option] });
    expect([ended.exitCode, ended.stderr]).toEqual([real.exitCode, '']);
    // Where it names itself, it names the path it was called by; a check of the system times it anew.
    const said = ({ stdout }: { readonly stdout: string }) =>
      /[^\n]*/.exec(stdout.replaceAll('/usr/local/libexec/valkey/', ''));
    expect(said(ended)?.[0]).toBe(said(real)?.[0]);
  });

  it('--version without a program in front is answered too', async () => {
    const ended = await containers.run({ command: ['--version'] });
    expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ended.stdout).toMatch(/v=9\./);
  });
});
