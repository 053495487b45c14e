import { describe, expect, it } from 'vitest';
import { foreignVariables, variables } from '../../../entrypoint/conf/environment.ts';
import { start, tool } from '../../support/fake-start.ts';
import type { Spec } from '../../support/fake-tree.ts';

describe('a server that goes to the background', () => {
  const daemonize = ['--daemonize', 'yes'];
  it.each([
    ['process 1', { pid: 1 }],
    ['the child of docker-init', { pid: 7, parentPid: 1, firstProcess: 'docker-init' }],
    ['the child of tini', { pid: 7, parentPid: 1, firstProcess: 'tini' }],
    ['the child of dumb-init', { pid: 7, parentPid: 1, firstProcess: 'dumb-init' }],
    ['the child of catatonit', { pid: 7, parentPid: 1, firstProcess: 'catatonit' }],
    ['the first process of a container whose pod shares its processes', { pid: 7, firstProcess: 'pause' }],
  ])('is warned of as %s', (_, world) => {
    expect(start(daemonize, {}, world).codes).toEqual(['VB513']);
  });
  it.each([
    ['the child of a shell that is process 1', { pid: 7, parentPid: 1, firstProcess: 'sh' }],
    ['the child of a shell', { pid: 9, parentPid: 7, firstProcess: 'docker-init' }],
    ['a process that was executed in the container', { pid: 9, firstProcess: 'valkey-server' }],
    ['the child of a process 1 whose name cannot be read', { pid: 7, parentPid: 1, firstProcess: '' }],
  ])('is not warned of as %s', (_, world) => {
    expect(start(daemonize, {}, world).codes).toEqual([]);
  });
  it('is warned of as a sentinel, too', () => {
    const files = { '/data/s.conf': 'daemonize yes\n' };
    expect(start(['valkey-server', 's.conf', '--sentinel'], {}, { files }).codes).toContain('VB513');
  });
  it('is shown by the plan of a start, whoever asks', () => {
    const world = { pid: 9, parentPid: 7, firstProcess: 'sh' };
    expect(tool(['plan', ...daemonize], {}, world).codes).toEqual(['VB513']);
  });
});

describe('variables that only other images read', () => {
  const names = foreignVariables.flatMap((group) => group.names);

  it('are named in one warning, each with what says the same here, and no value is shown', () => {
    const { codes, stderr } = start([], { REDIS_ARGS: '--requirepass hunter2', REDIS_PASSWORD: 'hunter3', NAME: 'x' });
    expect(codes).toEqual(['VB216']);
    expect(stderr).toContain('REDIS_ARGS (here: VALKEY_EXTRA_FLAGS), REDIS_PASSWORD (here: VALKEY_PASSWORD)');
    expect(stderr).not.toContain('hunter');
  });
  it.each(names)('are known: %s', (name) => expect(start([], { [name]: 'yes' }).codes).toEqual(['VB216']));
  it.each(['', 'no', 'false', '0'])('are not worth a word where they ask for nothing: %j', (value) => {
    expect(start([], { VALKEY_AOF_ENABLED: value }).codes).toEqual([]);
  });
  it('are none of ours, stand in one group each, and are none that Kubernetes sets for a service', () => {
    const ours: readonly string[] = variables.map(({ name }) => name);
    expect(names.filter((name) => ours.includes(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
    // makeEnvVariableName() of Kubernetes: NAME_SERVICE_HOST, NAME_SERVICE_PORT, NAME_PORT, and what begins with
    // NAME_PORT_<number>_.
    expect(names.filter((name) => /_PORT$|_SERVICE_HOST$|_PORT_\d/.test(name))).toEqual([]);
  });
  it('are no concern of a program that is not the server', () => {
    expect(start(['valkey-cli'], { REDIS_PASSWORD: 'x' }).codes).toEqual([]);
    expect(start(['--version'], { REDIS_PASSWORD: 'x' }).codes).toEqual([]);
  });
});

describe('a configuration that was made for a machine', () => {
  const codesOf = (args: readonly string[], world = {}) => start(args, {}, world).codes;
  const bind = (...addresses: readonly string[]) => ['--bind', ...addresses];
  it.each<[string[], string[]]>([
    [['--logfile', '/var/log/valkey/valkey.log'], ['VB516']],
    [['--logfile', 'valkey.log'], ['VB516']],
    [['--logfile', ''], []],
    [['--logfile', '/dev/stdout'], []],
    [['--logfile', '/proc/1/fd/1'], []],
    [bind('127.0.0.1'), ['VB517']],
    [bind('127.0.0.1', '-::1'), ['VB517']],
    [bind('127.0.0.1 -::1'), ['VB517']],
    [bind('localhost'), ['VB517']],
    [[...bind('127.0.0.1'), '--port', '0', '--tls-port', '6379'], ['VB517']],
    [[...bind('127.0.0.1'), '--port', '0'], []],
    [bind('127.0.0.1', '10.0.0.1'), []],
    [bind('*', '-::*'), []],
    [bind(''), []],
    [
      ['--daemonize', 'yes', '--logfile', 'x', ...bind('127.0.0.1')],
      ['VB513', 'VB516', 'VB517'],
    ],
  ])('%j gets %j', (args, codes) => expect(codesOf(args)).toEqual(codes));

  const args = ['--logfile', 'x', '--bind', '127.0.0.1'];
  it('gets no word from a process that is not the container’s', () => {
    expect(codesOf(args, { pid: 7, parentPid: 1, firstProcess: 'sh' })).toEqual([]);
  });
  it('gets no word on a host, which has no bundle.json', () => {
    expect(codesOf(args, { bundle: null })).toEqual(['VB511']);
    expect(tool(['plan', ...args], {}, { bundle: null }).codes).toEqual([]);
  });
  it('is shown by the plan of a start', () => expect(tool(['plan', ...args]).codes).toEqual(['VB516', 'VB517']));
  it('gets it as a sentinel, too', () => {
    const files = { '/data/s.conf': 'bind 127.0.0.1\nlogfile x\n' };
    expect(codesOf(['valkey-server', 's.conf', '--sentinel'], { files })).toEqual(['VB516', 'VB517']);
  });
});

describe('data that was carried in and is not read', () => {
  const folder = { directory: true } as const;
  const appended: Readonly<Record<string, Spec>> = {
    '/data/appendonlydir': folder,
    '/data/appendonlydir/appendonly.aof.manifest': 'x',
  };
  const dump: Readonly<Record<string, Spec>> = { '/data/dump.rdb': 'x' };
  const codesOf = (args: readonly string[], files: Readonly<Record<string, Spec>>) => start(args, {}, { files }).codes;
  const on = ['--appendonly', 'yes'];

  it.each<[string, string[], Readonly<Record<string, Spec>>, string[]]>([
    ['append-only files without appendonly', [], appended, ['VB525']],
    [
      'append-only files with appendonly no, and an RDB file',
      ['--appendonly', 'no'],
      { ...appended, ...dump },
      ['VB525'],
    ],
    ['the one append-only file of an older server', [], { '/data/appendonly.aof': 'x' }, ['VB525']],
    ['an RDB file with appendonly', on, dump, ['VB526']],
    ['an RDB file with appendonly, and an empty folder', on, { ...dump, '/data/appendonlydir': folder }, ['VB526']],
    [
      'an RDB file in the directory of the configuration',
      [...on, '--dir', '/db', '--dbfilename', 'x.rdb'],
      { '/db': folder, '/db/x.rdb': 'x' },
      ['VB526'],
    ],
    [
      'files of other names',
      ['--appenddirname', 'a', '--appendfilename', 'b'],
      { '/data/a': folder, '/data/a/b.manifest': 'x' },
      ['VB525'],
    ],
  ])('is warned of: %s', (_, args, files, codes) => expect(codesOf(args, files)).toEqual(codes));

  it.each<[string, string[], Readonly<Record<string, Spec>>]>([
    ['an RDB file', [], dump],
    ['append-only files with appendonly', on, { ...appended, ...dump }],
    ['the one append-only file of an older server with appendonly', on, { ...dump, '/data/appendonly.aof': 'x' }],
    ['an empty folder without appendonly', [], { '/data/appendonlydir': folder }],
    ['nothing', on, {}],
  ])('is not: %s', (_, args, files) => expect(codesOf(args, files)).toEqual([]));

  it('is shown by the plan of a start, with the place', () => {
    const { codes, stderr } = tool(['plan', ...on], {}, { files: dump });
    expect(codes).toEqual(['VB526']);
    expect(stderr).toContain('/data/dump.rdb: warning VB526: ');
  });
});

describe('an option without --', () => {
  const files = { '/data/x.conf': 'port 1\n' };
  const started = (...args: readonly string[]) => start(['valkey-server', 'x.conf', ...args], {}, { files });
  it('is told of where it is one word with blanks, with the way to write it', () => {
    const { codes, stderr } = started('loadmodule /opt/P.so a');
    expect(codes).toEqual(['VB518']);
    expect(stderr).toContain('argv[2]: warning VB518: ');
    expect(stderr).toContain('--loadmodule /opt/P.so a');
  });
  it('is told of without its secret', () => {
    const { codes, stderr } = started('requirepass hunter2');
    expect([codes, stderr.includes('hunter2')]).toEqual([['VB518'], false]);
  });
  it.each([
    [['appendonly', 'yes']],
    [['--loadmodule /usr/lib/valkey/libjson.so']],
    [['--save', '60 1']],
    [['--save 60 1', '300 10']],
    [['appendonly', 'yes', '--save', '60 1']],
  ])('is none of these: %j', (args) => expect(started(...args).codes).toEqual([]));
});
