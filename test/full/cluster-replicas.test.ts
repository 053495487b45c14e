import { Cluster } from 'iovalkey';
import { afterAll, describe, expect, it } from 'vitest';
import { isPrimary, readNodes } from '../../entrypoint/cluster/nodes.ts';
import { type ClusterNode, named, untilUp, useClusterNetwork } from '../support/cluster-network.ts';
import { lostOf } from '../support/kube/clients.ts';
import { checkPatience } from '../support/patience.ts';

const network = useClusterNetwork();
const keys = Array.from({ length: 2000 }, (_, index) => `key:${index}`);
let nodes: ClusterNode[] = [];
const clients: Cluster[] = [];
afterAll(() => {
  for (const client of clients) client.disconnect();
});

/** In turn on three machines. */
const machineOf = (name: string): number => Number(name.slice(1)) % 3;

async function add(...names: readonly string[]): Promise<void> {
  const made = names.map((name) => {
    const zone = ['--availability-zone', `machine-${machineOf(name)}`];
    const args = [...zone, '--cluster-node-timeout', '15000', '--cluster-allow-replica-migration', 'no'];
    return network.node(name, { host: 10 + Number(name.slice(1)), inMemory: true, args });
  });
  nodes = [...nodes, ...(await Promise.all(made))];
  await untilUp(nodes);
}

function ensure(replicas: number): Promise<{ readonly exitCode: number; readonly stdout: string }> {
  return network.tool('cluster', 'ensure', '--nodes', named(nodes), '--replicas', String(replicas));
}

async function rows() {
  return readNodes((await nodes[0]?.cli('CLUSTER', 'NODES')) ?? '') ?? [];
}

/** The machines of each shard, the primary's first. */
async function machines(): Promise<number[][]> {
  const all = await rows();
  return all
    .filter(isPrimary)
    .map((primary) =>
      [primary, ...all.filter((row) => row.primary === primary.id)].map((row) => machineOf(row.hostname)),
    );
}

async function expectKeys(): Promise<void> {
  expect((await network.tool('cluster', 'check', '--nodes', 'n1', ...checkPatience)).exitCode).toBe(0);
  const client = new Cluster(nodes.map(({ ip }) => ({ host: ip, port: 6379 })));
  client.on('error', () => {});
  clients.push(client);
  if ((await client.get('key:0')) === null) await Promise.all(keys.map((key) => client.set(key, key)));
  expect(await lostOf(client, keys)).toEqual([]);
}

describe('shards with replicas on three machines', () => {
  it('are formed with no replica beside its primary, and asked only after that', async () => {
    await add('n1', 'n2', 'n3', 'n4', 'n5', 'n6');
    expect(await ensure(1)).toMatchObject({ exitCode: 0 });
    const shards = await machines();
    expect(shards).toHaveLength(3);
    for (const members of shards) expect(new Set(members).size).toBe(2);
    await expectKeys();
    expect((await ensure(1)).stdout).not.toContain('plan:');
  });

  it('get a second replica each, all three members apart', async () => {
    await add('n7', 'n8', 'n9');
    expect(await ensure(2)).toMatchObject({ exitCode: 0 });
    for (const members of await machines()) expect(members.toSorted()).toEqual([0, 1, 2]);
    await expectKeys();
  });
});
