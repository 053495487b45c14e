import { beforeAll, describe, expect, it } from 'vitest';
import type { ContainerWish } from '../support/docker-container.ts';
import { type TestServer, useContainers } from '../support/docker-server.ts';
import { until } from '../support/until.ts';
import { untilLogged, wholeLog } from '../support/until-logged.ts';

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

describe('a password that the configuration sets', () => {
  it('wins over the environment for both directives, with a warning', async () => {
    const server = await containers.serve(
      {
        command: ['/x.conf'],
        files: { '/x.conf': 'requirepass from-file\n' },
        env: { VALKEY_PASSWORD: 'from-environment' },
      },
      'from-file',
    );
    expect(await server.config('*auth')).toMatchObject({ primaryauth: '' });
    await untilLogged(server.container, ' VB209:');
  });
});

describe('a password with a line end in its variable', () => {
  it('is the same as one from a file of these bytes', async () => {
    const server = await containers.serve({ env: { VALKEY_PASSWORD: 'redis\n' } }, 'redis');
    expect(await server.config('primaryauth')).toEqual({ primaryauth: 'redis' });
  });
});

describe('a password next to a rule of the user', () => {
  it('takes effect where only the password for the primary is another', async () => {
    const wish = { command: ['--masterauth', 'other'], env: { VALKEY_PASSWORD: 'x' } };
    const server = await containers.serve(wish, 'x');
    expect(await server.config('primaryauth')).toEqual({ primaryauth: 'other' });
    await untilLogged(server.container, ' VB209:');
  });

  it('is not offered to the primary where the default user has another one', async () => {
    const command = ['--user', 'default', 'on', '>own', '~*', '&*', '+@all'];
    const server = await containers.serve({ command, env: { VALKEY_PASSWORD: 'x' } }, 'own');
    expect(await server.config('primaryauth')).toEqual({ primaryauth: '' });
    await untilLogged(server.container, ' VB209:');
  });

  it('is said to have no effect where the rule turns the user off', async () => {
    const container = await containers.make({
      command: ['--user', 'default', 'off', '>x', '--user', 'bob', 'on', '>own', '+@all'],
      env: { VALKEY_PASSWORD: 'x' },
    });
    await container.start();
    await untilLogged(container, ' VB209:');
  });

  it.each<[string, ContainerWish]>([
    ['a user line', { command: ['--user', 'default', 'on', '>x', '+@all'], env: { VALKEY_PASSWORD: 'x' } }],
    [
      'an ACL file, not requirepass',
      {
        command: ['--aclfile', '/acl', '--requirepass', 'own'],
        files: { '/acl': 'user default on >x +@all\n' },
      },
    ],
  ])('is what health asks with where it stands in %s', async (_, { command = [], ...wish }) => {
    const server = await containers.serve({ ...wish, command: [...command, '--cluster-enabled', 'yes'] }, 'x');
    // The server was asked: it says that it has no cluster yet.
    expect((await server.container.exec('valkey-bundle', 'health', '--cluster-ok')).stderr).toContain(' VB720:');
  });

  it('takes effect where only another user has a rule', async () => {
    const command = ['--user', 'bob', 'on', '>own', '~*', '&*', '+@all'];
    const server = await containers.serve({ command, env: { VALKEY_PASSWORD: 'x' } }, 'x');
    expect(await server.call('ACL', 'WHOAMI')).toBe('default');
  });
});

describe('a server that anybody may enter', () => {
  it.each<[string, ContainerWish]>([
    [
      'an ACL file that does not name default',
      { command: ['--aclfile', '/acl'], files: { '/acl': 'user bob on >own ~* +@all\n' } },
    ],
    ['a user line with nopass', { command: ['--user', 'default', 'on', 'nopass', '~*', '&*', '+@all'] }],
    ['an empty requirepass', { command: ['--requirepass', ''] }],
    ['protected mode turned off by the user', { command: ['--protected-mode', 'no'] }],
  ])('is warned of: %s', async (_, wish) => {
    const server = await containers.serve(wish);
    expect(await server.call('ACL', 'WHOAMI')).toBe('default');
    await untilLogged(server.container, ' VB510:');
  });

  it('is not one that is bound to loopback alone', async () => {
    const container = await containers.make({ command: ['--bind', '127.0.0.1', '-::1'] });
    await container.start();
    // Nobody outside the container can ask it.
    await until('the server answers', async () => {
      const { stdout } = await container.exec('valkey-cli', 'ping');
      return stdout.includes('PONG') ? stdout : undefined;
    });
    expect((await wholeLog(container)).stderr).not.toContain('VB510');
  });
});

describe('a sentinel', () => {
  it('says that it does not use the password', async () => {
    const container = await containers.make({
      command: ['/data/s.conf', '--sentinel'],
      files: { '/data/s.conf': { text: 'port 26379\n', mode: 0o644, uid: 999 } },
      env: { VALKEY_PASSWORD: 'x' },
    });
    await container.start();
    await untilLogged(container, ' VB214:');
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

it('a password under the name that another image reads is not used, which is said without it', async () => {
  const server = await containers.serve({ env: { REDIS_PASSWORD: 'hunter2', REDIS_AOF_ENABLED: 'yes' } });
  await untilLogged(server.container, ' VB216:');
  const { stderr } = await server.container.output();
  expect(stderr.match(/ VB216: .*/g)).toHaveLength(1);
  expect(stderr).toContain('REDIS_PASSWORD (here: VALKEY_PASSWORD), REDIS_AOF_ENABLED (here: --appendonly yes)');
  expect(stderr).not.toContain('hunter2');
  expect(await server.config('appendonly')).toEqual({ appendonly: 'no' });
});
