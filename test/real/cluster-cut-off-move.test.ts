import { beforeAll, expect, it } from 'vitest';
import { selfSigned } from '../support/certificate.ts';
import { type ClusterNode, named, useClusterNetwork } from '../support/cluster-network.ts';
import { checkPatience } from '../support/patience.ts';
import { until } from '../support/until.ts';

const network = useClusterNetwork();
/** One that needs quotes wherever it is written. */
const password = 'of "the" node';
const args = [
  ...['--port', '0', '--tls-port', '6379', '--tls-cluster', 'yes', '--tls-replication', 'yes'],
  ...['--tls-ca-cert-file', '/ca.crt', '--tls-cert-file', '/ca.crt', '--tls-key-file', '/tls.key'],
  // Every command is slow.
  ...['--slowlog-log-slower-than', '0', '--slowlog-max-len', '10000'],
];
const options = ['--cacert', '/ca.crt', '--cert', '/ca.crt', '--key', '/tls.key'];
/** Slot 3300 is the first node's. */
const slot = '3300';
const names = Array.from({ length: 25 }, (_, index) => `key${index}:{b}`);
/** A key of any bytes, as Lua writes it: an argument could not hold it. */
const odd = 'odd\\000\\255\\n"\\\\ {b}';
let nodes: ClusterNode[] = [];

beforeAll(async () => {
  const { certificate, key } = selfSigned('test');
  const files = { '/ca.crt': certificate, '/tls.key': { text: key, uid: 999, mode: 0o400 } };
  const env = { VALKEY_PASSWORD: password, REDISCLI_AUTH: password };
  nodes = await Promise.all(['m1', 'm2', 'm3'].map((name) => network.node(name, { args, env, files, inMemory: true })));
  await until('all nodes answer', async () =>
    (await Promise.all(nodes.map((node) => cli(node, 'PING')))).every((answer) => answer === 'PONG') ? true : undefined,
  );
  expect(await tool('ensure', '--nodes', named(nodes))).toMatchObject({ exitCode: 0 });
});

async function cli(node: ClusterNode | undefined, ...command: string[]): Promise<string> {
  const { stdout } = (await node?.exec('valkey-cli', '--tls', ...options, ...command)) ?? { stdout: 'no node' };
  return stdout.trim();
}

/** In the first node's container: with its password, by TLS. */
async function tool(...words: string[]) {
  const [node] = nodes;
  if (node === undefined) throw new Error('three nodes');
  return node.exec('env', '-u', 'REDISCLI_AUTH', 'valkey-bundle', 'cluster', ...words, ...options);
}

it('cluster ensure finishes a move of a slot that was cut off, and every key of the slot is still there', async () => {
  const [from, to] = nodes;
  const [fromId, toId] = await Promise.all([cli(from, 'CLUSTER', 'MYID'), cli(to, 'CLUSTER', 'MYID')]);
  expect(await cli(from, 'MSET', ...names.flatMap((key) => [key, `of ${key}`]))).toBe('OK');
  expect(await cli(from, 'EVAL', `return redis.call('SET', '${odd}', 'odd')`, '0')).toBe('OK');
  expect(await cli(to, 'CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId)).toBe('OK');
  expect(await cli(from, 'CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId)).toBe('OK');
  // More than half: valkey-cli takes the target for the owner then, and tells the former one before it moves the rest.
  const move = ['MIGRATE', 'm2', '6379', '', '0', '10000', 'AUTH', password, 'KEYS', ...names.slice(0, 14)];
  expect(await cli(from, ...move)).toBe('OK');
  expect(await cli(from, 'CLUSTER', 'COUNTKEYSINSLOT', slot)).toBe('12');

  const result = await tool('ensure', '--nodes', named(nodes));
  expect(result).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`cut off at ${slot}`) });
  expect(result.stderr).toContain(`moving what is left of slot ${slot} from m1:6379 to m2:6379`);
  // What valkey-cli finds before it repairs. With keys at both ends it would be a race which of them stay.
  expect(result.stderr).toMatch(/ -> 26 keys /);
  expect(await cli(to, 'CLUSTER', 'COUNTKEYSINSLOT', slot)).toBe('26');
  const values = await cli(to, 'MGET', ...names);
  expect(values.split('\n')).toEqual(names.map((key) => `of ${key}`));
  expect(await cli(to, 'EVAL', `return redis.call('GET', '${odd}')`, '0')).toBe('odd');
  expect((await tool('check', '--nodes', 'm1', ...checkPatience)).stdout).toMatch(/^ok {3}slots/m);
});

it('and leaves nothing of its password in the slow log', async () => {
  const told = await cli(nodes[0], 'SLOWLOG', 'GET', '-1');
  expect(told).toContain('REPLACE\nAUTH\n(redacted)');
  expect(told).not.toContain('"the"');
});
