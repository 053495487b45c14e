import { describe, expect, it } from 'vitest';
import { classify } from '../../../../entrypoint/server/invocation.ts';

describe('a server start', () => {
  it.each<[string[], string, string[]]>([
    [[], 'valkey-server', []],
    [['--port', '1'], 'valkey-server', ['--port', '1']],
    [['-'], 'valkey-server', ['-']],
    [['x.conf'], 'valkey-server', ['x.conf']],
    [
      ['/etc/valkey/x.conf', '--aclfile', 'users.conf'],
      'valkey-server',
      ['/etc/valkey/x.conf', '--aclfile', 'users.conf'],
    ],
    [['valkey-server'], 'valkey-server', []],
    [['valkey-server', 'x.cfg'], 'valkey-server', ['x.cfg']],
    [['redis-server', 'x.conf'], 'redis-server', ['x.conf']],
    [['/usr/local/bin/valkey-server', 'x.conf'], '/usr/local/bin/valkey-server', ['x.conf']],
    [['/opt/other/redis-server'], '/opt/other/redis-server', []],
    [['./valkey-server'], './valkey-server', []],
    [['valkey-sentinel', '/etc/sentinel.conf'], 'valkey-sentinel', ['/etc/sentinel.conf']],
    [['/usr/local/bin/redis-sentinel'], '/usr/local/bin/redis-sentinel', []],
  ])('is what %j asks for', (command, name, args) => {
    expect(classify(command)).toEqual({ kind: 'server', name, args, mode: 'start' });
  });
});

describe('a command', () => {
  it.each([
    [['bash', '-c', 'yes | head -1']],
    [['valkey-cli', 'ping']],
    [['my-valkey-sentinel', '/etc/sentinel.conf']],
    [['valkey-check-rdb', 'dump.rdb']],
    [['x.cfg']],
    [['valkey-server.sh']],
    [['my-valkey-server']],
    [['/opt/valkey-server/run']],
    [['']],
  ])('is what %j asks for, and nothing is put in front of it', (argv) => {
    expect(classify(argv)).toEqual({ kind: 'command', argv });
  });
});

describe('the mode of a server start', () => {
  it.each([
    [['--version'], 'query'],
    [['-v'], 'query'],
    [['--help'], 'query'],
    [['-h'], 'query'],
    [['--check-system'], 'query'],
    [['--test-memory', '100'], 'query'],
    [['valkey-server', '--version'], 'query'],
    [['valkey-server', '-v', '--port', '1'], 'query'],
    [['valkey-sentinel', '--version'], 'query'],
    [['--port', '1', '--version'], 'start'],
    [['x.conf', '--help'], 'start'],
    [['valkey-server', 'x.conf'], 'start'],
  ])('of %j is %s', (command, mode) => expect(classify(command)).toMatchObject({ kind: 'server', mode }));
});
