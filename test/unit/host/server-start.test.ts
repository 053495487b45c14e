import { describe, expect, it } from 'vitest';
import { DEFAULT_SERVER } from '../../../entrypoint/modules/manifest.ts';
import { BACKGROUND_NAME, RUNTIME_NAME } from '../../support/fake-host.ts';
import { kindsOf, start, startUnder } from '../../support/fake-start.ts';

const conf = { '/etc/valkey.conf': 'port 7000\n' };
const valkey = { uid: 999, gid: 999 };

describe('a start as root', () => {
  const started = start(['/etc/valkey.conf'], { VALKEY_PASSWORD: 'x' }, { files: conf });
  const order = kindsOf(started);

  it('becomes the server', () => expect(started.exec?.path).toBe(DEFAULT_SERVER));
  it('gives the data directory to the server before it gives up the right to', () => {
    expect(started.events).toContainEqual({ kind: 'own', directory: '/data', user: valkey });
    expect(order.indexOf('own')).toBeLessThan(order.indexOf('drop'));
  });
  it('writes its files for the server before it gives up the right to', () => {
    expect(started.events.find(({ kind }) => kind === 'write')).toMatchObject({ owner: valkey });
    expect(order.indexOf('write')).toBeLessThan(order.indexOf('drop'));
  });
  it('becomes the server user, then sets the umask, then becomes the server', () => {
    expect(order.slice(order.indexOf('drop'))).toEqual(['drop', 'umask', 'restore signals', 'exec']);
    expect(started.events).toContainEqual({ kind: 'drop', user: valkey });
    expect(started.events).toContainEqual({ kind: 'umask', mask: 0o077 });
  });
  it('takes the user that bundle.json names', () => {
    const image = { files: conf, users: { valkey: { uid: 100, gid: 101 } } };
    expect(start([], {}, image).events).toContainEqual({ kind: 'drop', user: { uid: 100, gid: 101 } });
  });
  it('owns the directory that the last dir directive names', () => {
    const files = { '/etc/valkey.conf': 'dir /srv/a\ndir b\n', '/srv/a/b': { directory: true } as const };
    expect(start(['/etc/valkey.conf', '--dir', '/srv/a'], {}, { files }).events).toContainEqual({
      kind: 'own',
      directory: '/srv/a',
      user: valkey,
    });
    expect(start(['/etc/valkey.conf'], {}, { files }).events).toContainEqual({
      kind: 'own',
      directory: '/srv/a/b',
      user: valkey,
    });
  });
  it.each(['/', '/etc', '/usr/lib/valkey', '/proc/1', '/tmp/'])('never gives %s away', (directory) => {
    const { codes, events } = start(['--dir', directory], {}, { files: { '/proc/1/x': '', '/etc/x': '' } });
    expect(codes).toContain('VB512');
    expect(events.filter(({ kind }) => kind === 'own')).toEqual([]);
  });
  it('goes on with a warning where files of the data directory cannot be given', () => {
    const { codes, exec } = start([], {}, { cannotOwn: ['/data/dump.rdb'] });
    expect([codes.includes('VB508'), exec !== null]).toEqual([true, true]);
  });
  it('is refused where the server user does not exist', () => {
    expect(start([], {}, { users: {} })).toMatchObject({ codes: ['VB505'], exitCode: 67, exec: null });
  });
  it('is refused where the server user may not read the configuration', () => {
    const files = { '/etc/valkey.conf': { text: 'port 1\n', mode: 0o600 } };
    expect(start(['/etc/valkey.conf'], {}, { files })).toMatchObject({ exitCode: 77, exec: null });
  });
});

describe('the umask of the server', () => {
  const umaskAfter = (umask: number) =>
    start([], {}, { umask })
      .events.flatMap((event) => (event.kind === 'umask' ? [event.mask] : []))
      .at(-1);
  it('is 0077 where nobody chose one', () => expect(umaskAfter(0o022)).toBe(0o077));
  it.each(['0000', '0002', '0027', '0077'])('is %s where that was chosen', (umask) => {
    expect(umaskAfter(Number.parseInt(umask, 8))).toBe(Number.parseInt(umask, 8));
  });
});

describe('a start without root', () => {
  const started = start(['/etc/valkey.conf'], {}, { files: conf, uid: 1234 });
  it('changes neither owners nor user, sets the umask and becomes the server', () => {
    expect(kindsOf(started).filter((kind) => kind !== 'write' && kind !== 'remove stale')).toEqual([
      'umask',
      'restore signals',
      'exec',
    ]);
  });
  it('warns where it cannot write its data directory', () => expect(started.codes).toContain('VB507'));
  it('does not warn where it can', () => {
    const files = { '/data': { directory: true, mode: 0o777 } as const };
    expect(start([], {}, { uid: 1234, files }).codes).not.toContain('VB507');
  });
});

describe('a start as root without capabilities', () => {
  it('goes on as root with a warning', () => {
    const { codes, exec } = start([], {}, { cannotDrop: 'EPERM', cannotOwn: ['/data'] });
    expect(codes).toContain('VB506');
    expect(exec?.path).toBe(DEFAULT_SERVER);
  });
});

describe('the runtime directory', () => {
  const env = { VALKEY_PASSWORD: 'x' };
  const writtenTo = (image: Parameters<typeof start>[2]) => {
    const { events, exec } = start([], env, image);
    const write = events.find((event) => event.kind === 'write');
    return [write?.kind === 'write' ? write.directory : null, exec?.argv.find((text) => text.startsWith('--include'))];
  };
  it.each([
    [{}, '/run/valkey-bundle'],
    [{ closed: ['/run/valkey-bundle'] }, '/dev/shm'],
    [{ closed: ['/run/valkey-bundle', '/dev/shm'] }, '/tmp'],
    [{ full: ['/run/valkey-bundle'] }, '/dev/shm'],
    [{ full: ['/run/valkey-bundle', '/dev/shm'] }, '/tmp'],
    [{ closed: ['/run/valkey-bundle'], full: ['/dev/shm'] }, '/tmp'],
  ])('is the first one that takes the files: with %j under %s', (image, place) => {
    const directory = `${place}/${RUNTIME_NAME}`;
    expect(writtenTo(image)).toEqual([directory, `--include ${directory}/secrets.conf`]);
  });
  it.each([
    { closed: ['/run/valkey-bundle', '/dev/shm', '/tmp'] },
    { full: ['/run/valkey-bundle', '/dev/shm', '/tmp'] },
  ])('is missed with an error where the server needs the files: %j', (image) => {
    const { stderr, ...started } = start([], env, image);
    expect(started).toMatchObject({ codes: ['VB503'], exitCode: 73, exec: null });
    for (const place of ['/run/valkey-bundle', '/dev/shm', '/tmp']) expect(stderr).toContain(`  | ${place}: `);
  });
  it.each([
    { closed: ['/run/valkey-bundle', '/dev/shm', '/tmp'] },
    { full: ['/run/valkey-bundle', '/dev/shm', '/tmp'] },
  ])('is not missed where the server needs no file: %j', (image) => {
    expect(start([], {}, image)).toMatchObject({ codes: [], exitCode: null });
  });
  it('holds the configuration from standard input, also where the first place was full', () => {
    const { exec, hostAfter } = start(['-'], {}, { stdin: 'port 7001\n', full: ['/run/valkey-bundle'] });
    const path = exec?.argv[1] ?? '';
    expect(path).toBe(`/dev/shm/${RUNTIME_NAME}/valkey.conf`);
    expect(hostAfter().tree.look(path)?.content).toContain('port 7001\n');
  });
  it.each([1, 42])('of a dead start is removed by every start, also as process %i', (pid) => {
    expect(kindsOf(start([], {}, { pid }))).toContain('remove stale');
  });
  it.each([
    [['--daemonize', 'yes'], BACKGROUND_NAME],
    [['--daemonize', 'no'], RUNTIME_NAME],
  ])('is named for who will be the server: with %j', (command, name) => {
    const write = start(command).events.find((event) => event.kind === 'write');
    expect(write).toMatchObject({ directory: `/run/valkey-bundle/${name}` });
  });
});

describe('the program', () => {
  it.each([
    ['valkey-server', DEFAULT_SERVER],
    ['redis-server', DEFAULT_SERVER],
    ['/usr/local/bin/valkey-server', DEFAULT_SERVER],
    ['/usr/local/bin/redis-server', DEFAULT_SERVER],
    ['/opt/mine/valkey-server', '/opt/mine/valkey-server'],
    ['../usr/local/bin/valkey-server', DEFAULT_SERVER],
  ])('behind %s is %s, and sees the name as it was given', (name, path) => {
    const files = { '/opt/mine/valkey-server': { text: '', mode: 0o755 }, '/data/x': '' };
    const { exec } = start([name, '--port', '1'], {}, { files });
    expect([exec?.path, exec?.argv[0]]).toEqual([path, name]);
  });
  it.each(['valkey-server', '/usr/local/bin/valkey-server', './redis-server', '/opt/wrapper/valkey-server'])(
    'is the server of the image where the launcher itself is called %s, and sees that name',
    (name) => {
      const files = { '/opt/wrapper/valkey-server': { text: '#!/bin/sh', mode: 0o755 } };
      const { exec } = startUnder(name, ['--port', '1'], { files });
      expect([exec?.path, exec?.argv[0]]).toEqual([DEFAULT_SERVER, name]);
    },
  );
  it('is executed as named, since a link may lead to a binary that looks at its name', () => {
    const files = {
      '/opt/mine/valkey-server': { link: 'valkey-check-rdb' },
      '/opt/mine/valkey-check-rdb': { text: '', mode: 0o755 },
    };
    expect(start(['/opt/mine/valkey-server'], {}, { files }).exec?.path).toBe('/opt/mine/valkey-server');
  });
  it('that is missing ends with 127', () => {
    expect(start(['/opt/none/valkey-server'])).toMatchObject({ codes: ['VB501'], exitCode: 127, exec: null });
  });
  it('that nobody may execute ends with 126', () => {
    const files = { '/opt/mine/valkey-server': 'text' };
    expect(start(['/opt/mine/valkey-server'], {}, { files })).toMatchObject({ codes: ['VB502'], exitCode: 126 });
  });
  it('whose arguments are too long for the kernel ends with 126, and with a fix for that', () => {
    const { exitCode, stderr } = start([], {}, { cannotExec: 'Argument list too long' });
    expect(exitCode).toBe(126);
    expect(stderr).toContain('argv[0]: error VB502');
    expect(stderr).toMatch(/fix: .*configuration file/);
  });
  it('that the kernel refuses ends with 126', () => {
    expect(start([], {}, { cannotExec: 'exec format error' })).toMatchObject({ exitCode: 126, exec: null });
  });
});

describe('the environment of the server', () => {
  it('has everything but the password', () => {
    const env = {
      VALKEY_PASSWORD: 'x',
      NODE_OPTIONS: '--inspect',
      SEARCH_MODULE_ARGS: '--reader-threads 2',
      HOME: '/',
    };
    const { VALKEY_PASSWORD: _, ...rest } = env;
    expect(start([], env).exec?.env).toEqual(rest);
  });
  it('has no password that lost against the configuration either', () => {
    expect(start(['--requirepass', 'y'], { VALKEY_PASSWORD: 'x' }).exec?.env).toEqual({});
  });
  it('keeps the name of a password file', () => {
    const files = { '/run/secret': 'x\n' };
    const env = { VALKEY_PASSWORD_FILE: '/run/secret' };
    expect(start([], env, { files }).exec?.env).toEqual(env);
  });
  it('lacks a variable that holds a secret of a module', () => {
    expect(start([], { LDAP_MODULE_ARGS: 'search_bind_passwd x' }).exec?.env).toEqual({});
  });
});
