import { describe, expect, it } from 'vitest';
import { fakeCluster } from '../../support/fake-cluster.ts';
import { recordOfStart, runCluster, waitingTool } from '../../support/fake-start.ts';

describe('the password', () => {
  it.each<[string, string[], Record<string, string>]>([
    ['from a file', ['--password-file', '/pw'], {}],
    ['from VALKEY_PASSWORD', [], { VALKEY_PASSWORD: 'hidden' }],
    ['from VALKEY_PASSWORD_FILE', [], { VALKEY_PASSWORD_FILE: '/pw' }],
    ['from VALKEYCLI_AUTH', [], { VALKEYCLI_AUTH: 'hidden' }],
    ['from VALKEY_PASSWORD with a line end', [], { VALKEY_PASSWORD: 'hidden\n' }],
    ['from VALKEYCLI_AUTH with a line end', [], { VALKEYCLI_AUTH: 'hidden\r\n' }],
    ['from REDISCLI_AUTH with a line end', [], { REDISCLI_AUTH: 'hidden\n' }],
    ['from a file rather than the environment', ['--password-file', '/pw'], { REDISCLI_AUTH: 'other' }],
  ])('%s reaches nodes, and valkey-cli by its environment alone', async (_, args, env) => {
    const cluster = fakeCluster('abc');
    const result = await runCluster(cluster, ['ensure', '--nodes', 'a,b,c', ...args], env, { '/pw': 'hidden\n' });
    expect(result.exitCode).toBe(0);
    expect(cluster.asked.length).toBeGreaterThan(0);
    for (const one of cluster.asked) expect(one.login).toEqual(['hidden']);
    expect(cluster.runs).toHaveLength(1);
    for (const one of cluster.runs) {
      expect(one.env).toMatchObject({ REDISCLI_AUTH: 'hidden', VALKEYCLI_AUTH: 'hidden' });
      expect(one.env).not.toHaveProperty('VALKEY_PASSWORD');
      expect(one.args.join(' ')).not.toContain('hidden');
    }
    expect(`${result.stdout}${result.stderr}`).not.toContain('hidden');
  });
  it.each([
    [['--password-file', '/none'], {}, 'VB205'],
    [['--password-file', '/empty'], {}, 'VB205'],
    [[], { VALKEY_PASSWORD: 'x', VALKEY_PASSWORD_FILE: '/pw' }, 'VB206'],
    [[], { VALKEY_PASSWORD: 'a\tb' }, 'VB213'],
    [[], { REDISCLI_AUTH: 'a\tb' }, 'VB213'],
    [[], { VALKEYCLI_AUTH: 'a\n\n' }, 'VB213'],
  ])('%j with %j is refused with %s', async (args, env, code) => {
    const cluster = fakeCluster('abc');
    const result = await runCluster(cluster, ['ensure', '--nodes', 'a,b,c', ...args], env, {
      '/pw': 'x',
      '/empty': '\n',
    });
    expect([result.codes, cluster.asked.length]).toEqual([[code], 0]);
  });
});

describe('TLS', () => {
  const pem = '-----BEGIN CERTIFICATE-----\n';
  const files = { '/ca': pem, '/c': pem, '/k': pem, '/other': pem, '/text': 'x\n', '/d': { directory: true } as const };
  const all = ['--tls', '--cacert', '/ca', '--cert', '/c', '--key', '/k'];
  const variables = { VALKEY_TLS_CA_CERT_FILE: '/ca', VALKEY_TLS_CERT_FILE: '/c', VALKEY_TLS_KEY_FILE: '/k' };
  const ran = async (args: readonly string[], env = {}) => {
    const cluster = fakeCluster('abc');
    const { codes } = await runCluster(cluster, ['ensure', '--nodes', 'a,b,c', ...args], env, files);
    return { codes, given: cluster.runs.map((one) => one.args), asked: cluster.asked };
  };

  it.each<[string, string[], Record<string, string>, string[]]>([
    ['from options, with a user', ['--user', 'admin', ...all.slice(1)], {}, ['--user', 'admin', ...all]],
    ['from the environment', [], variables, all],
    ['from an option rather than the environment', ['--cacert', '/other'], variables, all.with(2, '/other')],
    ['without files', ['--tls'], {}, ['--tls']],
    ['without files, by VALKEY_TLS', [], { VALKEY_TLS: '1' }, ['--tls']],
  ])('%s is spoken with every node and by valkey-cli --cluster', async (_, args, env, expected) => {
    const { codes, given, asked } = await ran(args, env);
    expect([codes, given.length]).toEqual([[], 1]);
    for (const one of given) expect(one.slice(-expected.length)).toEqual(expected);
    const file = (option: string) => (expected.includes(option) ? expected[expected.indexOf(option) + 1] : null);
    const tls = { caFile: file('--cacert'), certFile: file('--cert'), keyFile: file('--key'), verifies: true };
    for (const one of asked) expect(one.tls).toEqual({ ...tls, caDirectory: null });
  });
  it('is not spoken unless something asks for it', async () => {
    const { given, asked } = await ran([], { VALKEY_TLS: 'no', VALKEY_TLS_CA_CERT_FILE: '' });
    for (const one of given) expect(one).not.toContain('--tls');
    for (const one of asked) expect(one.tls).toBeNull();
  });
  it.each<[string[], Record<string, string>, string]>([
    [['--cacert', '/none'], {}, 'argv[5]: error VB717: /none: no such file'],
    [['--cacert', '/d'], {}, '/d: a directory'],
    [['--cacert', '/text'], {}, '/text: no PEM file'],
    [['--cert', '/c'], {}, 'given together'],
    [[], { VALKEY_TLS_KEY_FILE: '/none' }, 'VALKEY_TLS_KEY_FILE: error VB717: /none'],
    [[], { VALKEY_TLS_KEY_FILE: '/k' }, 'given together'],
  ])('%j with %j is refused before any node is asked', async (args, env, text) => {
    const cluster = fakeCluster('abc');
    const result = await runCluster(cluster, ['ensure', '--nodes', 'a,b,c', ...args], env, files);
    expect([result.codes, result.exitCode, cluster.asked.length]).toEqual([['VB717'], 66, 0]);
    expect(result.stderr).toContain(text);
  });
  describe('with the own server, where no node is named,', () => {
    const conf = ['--tls-ca-cert-file', '/own/ca', '--tls-cert-file', '/own/crt', '--tls-key-file', 'own.key'];
    const first = async (options: readonly string[], env: Record<string, string>, args: readonly string[] = []) => {
      const cluster = fakeCluster('ab', 'ab');
      const addresses = ['10.0.0.10'];
      const started = ['--bind', '10.0.0.10', '--tls-port', '6380', ...conf, ...args];
      await waitingTool(['cluster', 'check', ...options], env, {
        waiting: cluster.waiting,
        lastStart: recordOfStart(started, { addresses }),
        files,
        addresses,
      });
      return cluster.asked[0];
    };
    const own = { caFile: '/own/ca', caDirectory: null, certFile: '/own/crt', keyFile: '/data/own.key' };

    it('goes to its TLS port, with the files that the environment names', async () => {
      const tls = { caFile: '/ca', caDirectory: null, certFile: '/c', keyFile: '/k', verifies: true };
      expect(await first([], variables)).toMatchObject({ ip: '10.0.0.10', port: 6380, tls });
    });
    it.each<[string, string[], Record<string, string>, object]>([
      ['--tls', ['--tls'], {}, own],
      [
        'a certificate and its key',
        [],
        { VALKEY_TLS_CERT_FILE: '/c', VALKEY_TLS_KEY_FILE: '/k' },
        { ...own, certFile: '/c', keyFile: '/k' },
      ],
      ['an authority', ['--cacert', '/other'], {}, { ...own, caFile: '/other' }],
      ['an authority by its other name', [], { VALKEY_TLS_CA_FILE: '/other' }, { ...own, caFile: '/other' }],
      [
        'both names of it',
        [],
        { VALKEY_TLS_CA_FILE: '/ca', VALKEY_TLS_CA_CERT_FILE: '/other' },
        { ...own, caFile: '/other' },
      ],
    ])('takes from the configuration what is not given, and verifies: %s', async (_, options, env, expected) => {
      expect((await first(options, env))?.tls).toEqual({ ...expected, verifies: true });
    });
    it('takes all from the configuration of one that speaks TLS alone, without verifying', async () => {
      const client = ['--tls-client-cert-file', '/client.crt', '--tls-client-key-file', '/client.key'];
      expect((await first([], {}, ['--port', '0']))?.tls).toEqual({ ...own, verifies: false });
      expect((await first([], {}, ['--port', '0', ...client]))?.tls).toEqual({
        ...own,
        certFile: '/client.crt',
        keyFile: '/client.key',
        verifies: false,
      });
    });
    it('is not spoken where it has a port without', async () => {
      expect(await first([], {})).toMatchObject({ port: 6379, tls: null });
    });
    it.each<[string, string[], Record<string, string>, string[]]>([
      ['by its own password', [], {}, ['own']],
      ['by its own password, which is not that of a user of the environment', [], { VALKEY_USER: 'mon' }, ['own']],
      ['as that user with its password', [], { VALKEY_USER: 'mon', VALKEYCLI_AUTH: 'pw' }, ['mon', 'pw']],
      ['as the user of the option first', ['--user', 'me'], { VALKEY_USER: 'mon', VALKEYCLI_AUTH: 'pw' }, ['me', 'pw']],
    ])('logs in %s', async (_, options, env, login) => {
      expect((await first(options, env, ['--requirepass', 'own']))?.login).toEqual(login);
    });
  });
});
