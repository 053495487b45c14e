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
  const files = { '/ca.crt': certificate, '/tls.key': { text: key, uid: 999, mode: 0o400 } };
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

it('a node is not reached without TLS, nor without the authority that it is known by', async () => {
  const check = ['valkey-bundle', 'cluster', 'check', '--nodes', 't2', '--timeout', '0'];
  for (const given of [[], ['--tls']])
    expect(await tool(...check, ...given)).toMatchObject({ exitCode: 75, stderr: expect.stringContaining('VB704') });
});
