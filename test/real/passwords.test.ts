import { beforeAll, describe, expect, it } from 'vitest';
import type { ContainerWish } from '../support/docker-container.ts';
import { type TestServer, useContainers } from '../support/docker-server.ts';
import { untilLogged, wholeLog } from '../support/valkey-modules.ts';

const containers = useContainers();

/** Shows more than usual, and leaves argv and environment where /proc shows them: with a title the server writes over both. */
const openly: ContainerWish = { command: ['--set-proc-title', 'no'] };
const password = `it's "qu\\oted" #1 ü`;

const ways: ReadonlyArray<readonly [title: string, wish: ContainerWish]> = [
  ['VALKEY_PASSWORD', { ...openly, env: { VALKEY_PASSWORD: password, DEBUG: '1' } }],
  [
    'VALKEY_PASSWORD_FILE',
    {
      ...openly,
      env: { VALKEY_PASSWORD_FILE: '/run/password', DEBUG: '1' },
      files: { '/run/password': { text: `${password}\n`, mode: 0o400, uid: 999 } },
    },
  ],
  [
    'VALKEY_PASSWORD_FILE that only root may read, as root',
    {
      ...openly,
      user: 'root',
      env: { VALKEY_PASSWORD_FILE: '/run/password', DEBUG: '1' },
      files: { '/run/password': { text: `${password}\n`, mode: 0o400 } },
    },
  ],
];

describe.each(ways)('a password from %s', (_, wish) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await containers.serve(wish, password);
  });

  it('is asked for', async () => {
    const { exitCode, stdout, stderr } = await server.container.exec('valkey-cli', 'PING');
    expect(`${stdout}${stderr}`).toContain('NOAUTH');
    expect(exitCode === 0 || exitCode === 1).toBe(true);
  });

  it('opens the server', async () => {
    expect(await server.call('PING')).toBe('PONG');
  });

  it('is that of the primary as well', async () => {
    expect(await server.config('primaryauth')).toEqual({ primaryauth: password });
  });

  it('is not in the arguments of the server', async () => {
    const commandLine = await server.container.readAsServer('cat', '/proc/1/cmdline');
    expect(commandLine).toContain('--include');
    expect(commandLine).not.toContain('oted');
  });

  it('is not in the environment of the server', async () => {
    const environment = await server.container.readAsServer('cat', '/proc/1/environ');
    expect(environment).toContain('DEBUG=1');
    expect(environment).not.toContain('oted');
    expect(environment).not.toContain('VALKEY_PASSWORD=');
  });

  it('is not in the log, DEBUG included', async () => {
    await untilLogged(server.container, 'requirepass');
    const { stdout, stderr } = await server.container.output();
    expect(stdout + stderr).not.toContain('oted');
  });

  it('is explained by DEBUG with its directive and its source', async () => {
    expect(await untilLogged(server.container, 'requirepass')).toMatch(/requirepass.*VALKEY_PASSWORD/);
  });

  it('is not in the list of processes', async () => {
    expect(JSON.stringify(await server.container.docker.top())).not.toContain('oted');
  });

  it('stands in a file that nobody but the server may read', async () => {
    const path = /--include (\S*secrets\.conf)/.exec(
      await server.container.readAsServer('cat', '/proc/1/cmdline'),
    )?.[1];
    expect(await server.container.read('stat', '-c', '%a %u', path ?? '')).toBe('400 999\n');
  });
});

describe('the secret of a module', () => {
  it('reaches the module, and neither arguments nor environment nor log', async () => {
    const server = await containers.serve({
      ...openly,
      env: { DEBUG: '1', LDAP_MODULE_ARGS: 'search_bind_dn cn=admin search_bind_passwd hidden-word' },
    });
    expect(await server.config('ldap.search_bind_*')).toMatchObject({ 'ldap.search_bind_dn': 'cn=admin' });
    const path = /--include (\S*secrets\.conf)/.exec(
      await server.container.readAsServer('cat', '/proc/1/cmdline'),
    )?.[1];
    expect(await server.container.readAsServer('cat', path ?? '')).toContain('hidden-word');
    for (const file of ['cmdline', 'environ'])
      expect(await server.container.readAsServer('cat', `/proc/1/${file}`)).not.toContain('hidden-word');
    expect(Object.values(await wholeLog(server.container)).join()).not.toContain('hidden-word');
  });

  it('in the configuration is not in the log', async () => {
    const server = await containers.serve(
      {
        command: ['/x.conf'],
        files: { '/x.conf': 'ldap.search_bind_passwd hidden-word\nrequirepass hidden-too\nmasterauth hidden-too\n' },
        env: { DEBUG: '1', LDAP_MODULE_ARGS: 'search_bind_passwd hidden-other' },
      },
      'hidden-too',
    );
    expect(Object.values(await wholeLog(server.container)).join()).not.toContain('hidden');
  });

  it('among options, in flags and in a user’s line, is not in the log', async () => {
    const server = await containers.serve(
      {
        command: ['/x.conf', '--requirepass', 'hidden-a', '--primaryauth hidden-b'],
        files: { '/x.conf': 'USER alice on ">hidden-c" ~* +get\n' },
        env: { DEBUG: '1', VALKEY_EXTRA_FLAGS: '--tls-key-file-pass "hidden d" --MASTERAUTH hidden-e' },
      },
      'hidden-a',
    );
    expect(Object.values(await wholeLog(server.container)).join()).not.toContain('hidden');
  });

  it('in a line that cannot be read is not in the log', async () => {
    const { exitCode, log } = await containers.run({
      command: ['/x.conf'],
      files: { '/x.conf': 'requirepass "hidden word\n' },
    });
    expect(exitCode).toBe(78);
    expect(log).not.toContain('hidden');
  });
});
