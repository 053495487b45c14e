import { describe, expect, it } from 'vitest';
import { tool } from '../../../support/fake-start.ts';
import type { Spec } from '../../../support/fake-tree.ts';

interface Given {
  readonly argv?: readonly string[];
  readonly answer?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, Spec>>;
  readonly lastStart?: string | null;
}

function health({ argv = [], answer = 'PONG\n', env = {}, files = {}, lastStart }: Given) {
  const record = lastStart === undefined ? JSON.stringify({ argv: ['valkey-server', ...argv] }) : lastStart;
  const result = tool(['health'], env, { runPrints: answer, files, lastStart: record });
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
    expect(health({ env: { VALKEY_PASSWORD: 'x' } }).run?.env['REDISCLI_AUTH']).toBe('x');
    expect(health({ env: { VALKEY_PASSWORD: 'x' }, argv: ['--requirepass', 'y'] }).run?.env['REDISCLI_AUTH']).toBe('y');
  });
  it('is none where the server has none', () => {
    expect(health({}).run?.env).not.toHaveProperty('REDISCLI_AUTH');
    expect(health({ argv: ['--requirepass', ''] }).run?.env).not.toHaveProperty('REDISCLI_AUTH');
  });
});
