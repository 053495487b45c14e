import { beforeAll, expect, it } from 'vitest';
import { selfSigned } from '../support/certificate.ts';
import { type ClusterNode, named, useClusterNetwork } from '../support/cluster-network.ts';
import { checkPatience } from '../support/patience.ts';
import { until } from '../support/until.ts';

const network = useClusterNetwork();
let nodes: ClusterNode[] = [];

const args = [
  ...['--port', '0', '--tls-port', '6379', '--tls-cluster', 'yes', '--tls-replication', 'yes'],
  ...['--tls-ca-cert-file', '/ca.crt', '--tls-cert-file', '/ca.crt', '--tls-key-file', '/tls.key'],
];
const options = ['--cacert', '/ca.crt', '--cert', '/ca.crt', '--key', '/tls.key'];
const variables = ['VALKEY_TLS_CA_CERT_FILE=/ca.crt', 'VALKEY_TLS_CERT_FILE=/ca.crt', 'VALKEY_TLS_KEY_FILE=/tls.key'];

beforeAll(async () => {
  const { certificate, key } = selfSigned('test');
  const other = selfSigned('test');
  const files = {
    '/ca.crt': certificate,
    '/tls.key': { text: key, uid: 999, mode: 0o400 },
    '/other.crt': other.certificate,
    '/other.key': other.key,
  };
  nodes = await Promise.all(['t1', 't2', 't3'].map((name) => network.node(name, { args, files, inMemory: true })));
});

/** Runs the tool in the first node's container. */
async function tool(...words: string[]) {
  const [node] = nodes;
  if (node === undefined) throw new Error('three nodes');
  return node.exec(...words);
}

it('a node that speaks TLS alone is healthy, and has not joined', async () => {
  await until('all nodes are healthy', async () => {
    const answers = await Promise.all(nodes.map((node) => node.exec('valkey-bundle', 'health')));
    return answers.every(({ exitCode }) => exitCode === 0) ? true : undefined;
  });
  expect((await tool('valkey-bundle', 'health', '--joined')).stderr).toContain('VB603');
});

it('cluster ensure forms a cluster with the files that the environment names', async () => {
  const command = ['valkey-bundle', 'cluster', 'ensure', '--nodes', named(nodes)];
  expect(await tool('env', ...variables, ...command)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('plan: create a cluster'),
  });
});

it('cluster check is green with the same files as options, and without any in a node', async () => {
  const check = ['valkey-bundle', 'cluster', 'check'];
  expect(await tool(...check, '--nodes', 't2', ...checkPatience, ...options)).toMatchObject({
    exitCode: 0,
    stderr: '',
  });
  expect(await tool(...check, ...checkPatience)).toMatchObject({ exitCode: 0, stderr: '' });
  for (const level of ['--joined', '--cluster-ok'])
    expect(await tool('valkey-bundle', 'health', level)).toMatchObject({ exitCode: 0 });
});

const check = ['valkey-bundle', 'cluster', 'check', '--nodes', 't2', '--timeout', '0'];

it('a node is not reached without TLS', async () => {
  expect(await tool(...check)).toMatchObject({ exitCode: 75, stderr: expect.stringContaining('VB704') });
});

it.each<[string, string[], RegExp]>([
  ['that is known by no authority', ['--tls', ...options.slice(2)], /self-signed certificate/],
  ['that is not of the authority that was named', ['--cacert', '/other.crt', ...options.slice(2)], /self-signed/],
  ['that wants a certificate and is shown none', options.slice(0, 2), /certificate required/],
  [
    'that is shown a certificate of another authority',
    [...options.slice(0, 2), '--cert', '/other.crt', '--key', '/other.key'],
    /unknown ca|bad certificate|certificate/,
  ],
  [
    'with a key that is not that of the certificate',
    [...options.slice(0, 4), '--key', '/other.key'],
    /key values mismatch/,
  ],
])('no TLS is spoken with a node %s', async (_, given, why) => {
  const result = await tool(...check, ...given);
  expect(result).toMatchObject({ exitCode: 78, stderr: expect.stringContaining('VB718: t2:6379: ') });
  expect(result.stderr).toMatch(why);
});

/** As an operator sets them in a container, the authority being in the configuration alone. */
const operator = ['env', 'VALKEY_TLS_CERT_FILE=/ca.crt', 'VALKEY_TLS_KEY_FILE=/tls.key'];

it('the authority of the configuration counts where the environment has a certificate and its key alone', async () => {
  expect(await tool(...operator, 'valkey-bundle', 'cluster', 'check')).toMatchObject({ exitCode: 0, stderr: '' });
});

it('the authority that the environment names counts, and no node of another one is spoken to', async () => {
  const own = ['valkey-bundle', 'cluster', 'check', '--timeout', '0'];
  for (const name of ['VALKEY_TLS_CA_FILE', 'VALKEY_TLS_CA_CERT_FILE']) {
    const result = await tool(...operator, `${name}=/other.crt`, ...own);
    expect(result).toMatchObject({ exitCode: 78, stderr: expect.stringContaining('VB718') });
  }
});

it('a user that the environment names logs in', async () => {
  for (const node of nodes)
    await node.exec('valkey-cli', '--tls', ...options, ...'ACL SETUSER operator on >pw ~* &* +@all -info'.split(' '));
  const result = await tool('env', ...variables, 'VALKEY_USER=operator', 'VALKEYCLI_AUTH=pw', ...check);
  expect(result.stderr).toMatch(/VB716: t2:6379: INFO: NOPERM User operator/);
});

it('cluster ensure ends at once where a certificate is not known, since time does not mend it', async () => {
  const before = performance.now();
  const result = await tool(
    'valkey-bundle',
    'cluster',
    'ensure',
    '--nodes',
    named(nodes),
    '--tls',
    ...options.slice(2),
  );
  expect(result).toMatchObject({ exitCode: 78, stderr: expect.stringContaining('VB718') });
  expect(result.stderr).not.toContain('waiting');
  // The time is 120 s.
  expect(performance.now() - before).toBeLessThan(60_000);
});
