import { beforeAll, describe, expect, it } from 'vitest';
import { type ClusterNode, named, untilState, untilUp, useClusterNetwork } from '../support/cluster-network.ts';

const network = useClusterNetwork();
const thirds = [
  ['0', '5460'],
  ['5461', '10922'],
  ['10923', '16383'],
] as const;
let nodes: ClusterNode[] = [];

/** As `valkey-cli --cluster create` leaves them where it is killed after it has given out the slots, and before the nodes meet. */
beforeAll(async () => {
  nodes = await Promise.all(['r1', 'r2', 'r3'].map((name) => network.node(name, { inMemory: true })));
  await untilUp(nodes);
  for (const [index, third] of thirds.entries())
    expect(await nodes[index]?.cli('CLUSTER', 'ADDSLOTSRANGE', ...third)).toBe('OK');
});

describe('what a creation that was killed half-way left: nodes that own slots and do not know each other', () => {
  it('is made one cluster by the next run, in which each node has the slots that it had', async () => {
    for (const node of nodes) expect(await node.cli('CLUSTER', 'INFO')).toContain('cluster_known_nodes:1\r\n');
    const { exitCode, stdout, stderr } = await network.tool('cluster', 'ensure', '--nodes', named(nodes));
    expect([exitCode, stderr]).toEqual([0, expect.not.stringContaining('error')]);
    expect(stdout).toContain('CLUSTER MEET');
    await untilState(nodes, 'ok');
    for (const [index, third] of thirds.entries()) {
      const rows = (await nodes[index]?.cli('CLUSTER', 'NODES'))?.split('\n') ?? [];
      expect(rows).toHaveLength(nodes.length);
      expect(rows.find((row) => row.includes('myself'))).toMatch(new RegExp(` ${third.join('-')}$`));
    }
  });

  it('leaves nothing for a further run', async () => {
    const { exitCode, stdout } = await network.tool('cluster', 'ensure', '--nodes', named(nodes));
    expect([exitCode, stdout]).toEqual([0, expect.not.stringContaining('plan:')]);
  });
});
