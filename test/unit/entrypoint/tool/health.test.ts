import { describe, expect, it } from 'vitest';
import { tool } from '../../../support/fake-start.ts';
import type { Spec } from '../../../support/fake-tree.ts';

interface Given {
  readonly args?: readonly string[];
  readonly argv?: readonly string[];
  readonly answer?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, Spec>>;
  readonly lastStart?: string | null;
}

function health({ args = [], argv = [], answer = 'PONG\n', env = {}, files = {}, lastStart }: Given) {
  const record = lastStart === undefined ? JSON.stringify({ argv: ['valkey-server', ...argv] }) : lastStart;
  const result = tool(['health', ...args], env, {
    runPrints: answer,
    files,
    lastStart: record,
    addresses: ['10.0.0.5'],
  });
  const run = result.events.find((event) => event.kind === 'run');
  return { ...result, run: run?.kind === 'run' ? run : null };
}

describe('the answer', () => {
  it.each(['PONG\n', '(error) NOAUTH Authentication required.', 'WRONGPASS x', 'NOPERM x'])(
    '%j is healthy',
    (answer) => {
      expect(health({ answer })).toMatchObject({ exitCode: 0, codes: [] });
    },
  );
  it.each(['', 'Could not connect', 'LOADING Valkey is loading', 'MASTERDOWN x'])('%j is not', (answer) => {
    expect(health({ answer })).toMatchObject({ exitCode: 1, codes: ['VB602'] });
  });
});

it('a node of a cluster that knows no other is healthy: only --joined asks for that', () => {
  const answer = 'PONG\ncluster_known_nodes:1\r\n';
  expect(health({ answer })).toMatchObject({ exitCode: 0, stdout: 'healthy\n' });
  expect(health({ args: ['--alive'], answer })).toMatchObject({ exitCode: 0 });
});

describe('--alive', () => {
  it.each([
    'PONG\n',
    'BUSY Valkey is busy running a script.',
    'MASTERDOWN x',
    'MISCONF Errors writing to the AOF file',
    'NOAUTH Authentication required.',
  ])('%j is alive', (answer) => {
    expect(health({ args: ['--alive'], answer })).toMatchObject({ exitCode: 0, codes: [], stdout: 'alive\n' });
  });
  it('says that it is loading where it is', () => {
    const answer = 'LOADING Valkey is loading the dataset in memory';
    expect(health({ args: ['--alive'], answer })).toMatchObject({ exitCode: 0, stdout: 'alive (loading)\n' });
  });
  it.each(['', 'Could not connect to Valkey at 127.0.0.1:6379: Connection refused', 'spawnSync valkey-cli ETIMEDOUT'])(
    '%j is not',
    (answer) => {
      expect(health({ args: ['--alive'], answer })).toMatchObject({ exitCode: 1, codes: ['VB602'] });
    },
  );
});

// The fake host gives one text to both questions, PING and CLUSTER INFO.
const info = (state: string, nodes: number) => `PONG\ncluster_state:${state}\r\ncluster_known_nodes:${nodes}\r\n`;
const disabled = 'PONG\nERR This instance has cluster support disabled\n';
const denied = "PONG\nNOPERM User default has no permissions to run the 'cluster|info' command\n";

describe('--joined', () => {
  it.each([
    [info('ok', 3), 'joined\n'],
    [info('ok', 12), 'joined\n'],
    [info('fail', 3), 'joined (cluster_state:fail)\n'],
    [`MISCONF x\n${info('ok', 3)}`, 'joined\n'],
    [disabled, 'joined\n'],
    ['NOAUTH Authentication required.', 'joined\n'],
  ])('%j has joined', (answer, stdout) => {
    expect(health({ args: ['--joined'], answer })).toMatchObject({ exitCode: 0, codes: [], stdout });
  });
  it.each([
    [info('fail', 1), 'VB603'],
    [info('ok', 1), 'VB603'],
    [info('ok', 3).replace('PONG', 'LOADING x'), 'VB602'],
    ['PONG\n', 'VB602'],
    ['', 'VB602'],
  ])('%j has not', (answer, code) => {
    expect(health({ args: ['--joined'], answer })).toMatchObject({ exitCode: 1, codes: [code] });
  });

  describe('of a node that does not let us ask', () => {
    const own = `${'a'.repeat(40)} :0@0 myself,master - 0 0 0 connected\n`;
    const other = `${'b'.repeat(40)} 10.0.0.2:6379@16379 master - 0 0 1 connected\n`;
    const vars = 'vars currentEpoch 1 lastVoteEpoch 0\n';
    const joined = (files: Given['files'], argv: readonly string[] = []) =>
      health({ args: ['--joined'], argv: ['--cluster-enabled', 'yes', ...argv], answer: denied, files: files ?? {} });

    it('is that of nodes.conf where that names another node', () => {
      expect(joined({ '/data/nodes.conf': own + other + vars })).toMatchObject({ exitCode: 0, stdout: 'joined\n' });
      const elsewhere = joined({ '/srv': { directory: true }, '/srv/x.conf': own + other + vars }, [
        ...['--dir', '/srv', '--cluster-config-file', 'x.conf'],
      ]);
      expect(elsewhere).toMatchObject({ exitCode: 0, codes: [] });
    });
    it('is not where nodes.conf names no other', () => {
      expect(joined({ '/data/nodes.conf': own + vars })).toMatchObject({ exitCode: 1, codes: ['VB603'] });
    });
    it('is not known where there is no nodes.conf', () => {
      expect(joined({})).toMatchObject({ exitCode: 1, codes: ['VB602'] });
    });
  });
});

describe('--cluster-ok', () => {
  it('is content where the node says so', () => {
    expect(health({ args: ['--cluster-ok'], answer: info('ok', 3) })).toMatchObject({
      exitCode: 0,
      codes: [],
      stdout: 'cluster-ok\n',
    });
  });
  it.each([
    [info('fail', 3), 'VB720'],
    [disabled, 'VB706'],
    [denied, 'VB716'],
    ['PONG\n', 'VB602'],
    ['LOADING x', 'VB602'],
  ])('%j is refused with %s', (answer, code) => {
    expect(health({ args: ['--cluster-ok'], answer })).toMatchObject({ exitCode: 1, codes: [code] });
  });
});

it.each([['--dead'], ['--alive', '--joined'], ['--cluster-ok', 'x']])(
  'health %s is a wrong command line',
  (...args) => {
    expect(health({ args })).toMatchObject({ codes: ['VB601'], run: null });
  },
);

describe('the server is asked', () => {
  const conf = '/etc/valkey.conf';
  it.each<[string, string[]]>([
    ['', ['-h', '127.0.0.1', '-p', '6379']],
    ['port 7000\n', ['-h', '127.0.0.1', '-p', '7000']],
    ['bind 10.0.0.5 127.0.0.1\n', ['-h', '10.0.0.5', '-p', '6379']],
    ['bind * -::*\n', ['-h', '127.0.0.1', '-p', '6379']],
    ['bind -10.0.0.5\n', ['-h', '10.0.0.5', '-p', '6379']],
    ['port 0\nunixsocket /run/v.sock\n', ['-s', '/run/v.sock']],
    [
      'port 0\ntls-port 6380\ntls-ca-cert-file /ca\ntls-cert-file /c\ntls-key-file /k\n',
      ['-h', '127.0.0.1', '-p', '6380', '--tls', '--cacert', '/ca', '--cert', '/c', '--key', '/k', '--insecure'],
    ],
    ['port 7000\ntls-port 6380\n', ['-h', '127.0.0.1', '-p', '7000']],
  ])('as its configuration says: %j', (text, expected) => {
    const { run } = health({ argv: [conf], files: { [conf]: text } });
    expect(run?.program).toBe('valkey-cli');
    expect(run?.args.slice(0, expected.length)).toEqual(expected);
    expect(run?.args.at(-1)).toBe('ping');
  });
  it('as its command line says, which wins', () => {
    const { run } = health({ argv: [conf, '--port', '7001'], files: { [conf]: 'port 7000\n' } });
    expect(run?.args.slice(0, 4)).toEqual(['-h', '127.0.0.1', '-p', '7001']);
  });
  it('with its defaults where no start left a record', () => {
    expect(health({ lastStart: null }).run?.args.slice(0, 4)).toEqual(['-h', '127.0.0.1', '-p', '6379']);
  });
  it('with its defaults where the record is damaged', () => {
    expect(health({ lastStart: '{"argv": [' })).toMatchObject({ exitCode: 0, codes: [] });
  });
});

describe('the password', () => {
  it('comes from the configuration, in the environment and not in the arguments', () => {
    const { run } = health({ argv: ['--requirepass', 's3cret'] });
    expect(run?.env['REDISCLI_AUTH']).toBe('s3cret');
    expect(run?.args).not.toContain('s3cret');
  });
  it('comes from VALKEY_PASSWORD where nothing else says one', () => {
    expect(health({ env: { VALKEY_PASSWORD: 'x\n' } }).run?.env['REDISCLI_AUTH']).toBe('x');
    expect(health({ env: { VALKEY_PASSWORD: 'x' } }).run?.env['REDISCLI_AUTH']).toBe('x');
    expect(health({ env: { VALKEY_PASSWORD: 'x' }, argv: ['--requirepass', 'y'] }).run?.env['REDISCLI_AUTH']).toBe('y');
  });
  it('is none where the server has none', () => {
    expect(health({}).run?.env).not.toHaveProperty('REDISCLI_AUTH');
    expect(health({ argv: ['--requirepass', ''] }).run?.env).not.toHaveProperty('REDISCLI_AUTH');
  });
});

describe('a sentinel', () => {
  const sentinel = (args: readonly string[], answer = 'PONG\n') =>
    health({
      args,
      argv: ['/s.conf', '--sentinel'],
      answer,
      env: { VALKEY_PASSWORD: 'unused' },
      files: { '/s.conf': '' },
    });
  it('is asked on its own port, without a password that it does not use', () => {
    const { run, exitCode } = sentinel([]);
    expect(run?.args.slice(0, 4)).toEqual(['-h', '127.0.0.1', '-p', '26379']);
    expect([run?.env, exitCode]).toEqual([expect.not.objectContaining({ REDISCLI_AUTH: 'unused' }), 0]);
  });
  it('has joined as soon as it answers: it has no cluster to join', () => {
    const { stdout, events } = sentinel(['--joined']);
    expect(stdout).toBe('joined\n');
    expect(events.filter(({ kind }) => kind === 'run')).toHaveLength(1);
  });
});
