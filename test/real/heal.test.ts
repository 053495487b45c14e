import { beforeAll, describe, expect, it } from 'vitest';
import { type ClusterNode, named, untilState, useClusterNetwork } from '../support/cluster-network.ts';
import { checkPatience } from '../support/patience.ts';
import { until } from '../support/until.ts';

const network = useClusterNetwork();
const healing = ['bundle-docker-entrypoint', 'valkey-server'];
let nodes: ClusterNode[] = [];

/** All are gone before the first one comes back with another address. */
async function replaceAll(firstHost: number, entrypoint: readonly string[] = healing): Promise<void> {
  await Promise.all(nodes.map((node) => node.remove()));
  nodes = await Promise.all(nodes.map((node, index) => node.again({ entrypoint, host: firstHost + index })));
}

/** The address of each node as every one has it, its own included. */
async function addresses(): Promise<string[]> {
  const views = await Promise.all(nodes.map((node) => node.cli('CLUSTER', 'NODES')));
  return views.map((view) =>
    [...view.matchAll(/ (\S*):6379@16379,(n\d)/g)]
      .map(([, ip, name]) => `${name} ${ip}`)
      .sort()
      .join(),
  );
}

beforeAll(async () => {
  nodes = await Promise.all(['n1', 'n2', 'n3'].map((name, index) => network.node(name, { host: 11 + index })));
  const { exitCode, stderr } = await network.tool('cluster', 'ensure', '--nodes', named(nodes));
  expect(exitCode, stderr).toBe(0);
  await untilState(nodes, 'ok');
});

const expected = () => nodes.map(({ name, ip }) => `${name} ${ip}`).join();
const known = () =>
  until('every node knows all addresses', async () => {
    const views = await addresses();
    return views.every((view) => view === expected()) ? true : undefined;
  });

describe('nodes that all come back with new addresses', () => {
  it('know their own ones too: none is announced, and each forgets the former one', async () => {
    await replaceAll(21);
    await untilState(nodes, 'ok');
    await known();
  });

  it('find each other also where their files have lost the addresses and ports of all others', async () => {
    // As a server saves a node at whose address another one has answered.
    const lost = 'sed -i -E "/myself/! s/ [^ ]*:6379@16379,([^ ]*) master / :0@0,\\1 master,noaddr /" /data/nodes.conf';
    const show = 'grep noaddr /data/nodes.conf';
    await replaceAll(31, ['sh', '-ec', `${lost}; ${show}; exec ${healing.join(' ')} "$@"`, 'sh']);
    await untilState(nodes, 'ok');
    await known();
    for (const node of nodes) {
      const log = await node.log();
      expect(log.match(/:0@0,n\d\S* master,noaddr/g)).toHaveLength(2);
      expect(log).toContain('(none) -> ');
      expect(await node.cli('CLUSTER', 'NODES')).not.toContain('noaddr');
    }
    expect((await network.tool('cluster', 'check', '--nodes', named(nodes), ...checkPatience)).exitCode).toBe(0);
  });

  it.each([
    ['beside the engine’s init process', 51, () => ({ init: true })],
    [
      'among the processes of another container',
      61,
      (first?: ClusterNode) => ({ init: false, ...(first ? { processes: first.docker } : {}) }),
    ],
  ])('find each other %s', async (_, firstHost, shared) => {
    expect(await nodes[0]?.cli('-c', 'SET', 'key', 'value')).toBe('OK');
    await Promise.all(nodes.map((node) => node.remove()));
    const [one, ...others] = nodes;
    if (one === undefined) throw new Error('there is no node');
    const again = (node: ClusterNode, index: number, first?: ClusterNode) =>
      node.again({ entrypoint: healing, host: firstHost + index, ...shared(first) });
    const first = await again(one, 0);
    nodes = [first, ...(await Promise.all(others.map((node, index) => again(node, index + 1, first))))];
    await untilState(nodes, 'ok');
    await known();
    const servers = await nodes[1]?.exec('sh', '-c', 'grep -lx valkey-server /proc/[0-9]*/comm');
    expect(servers?.stdout.trim()).toMatch(/\/proc\/(?!1\/)\d+\/comm$/);
    expect((await nodes[2]?.log()) ?? '').toContain('VB751');
    expect(await nodes[1]?.cli('-c', 'GET', 'key')).toBe('value');
    expect((await network.tool('cluster', 'check', '--nodes', named(nodes))).exitCode).toBe(0);
  });
});
