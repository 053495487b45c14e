import { expect, it } from 'vitest';
import { type ClusterNode, named, untilUp, useClusterNetwork } from '../support/cluster-network.ts';

const network = useClusterNetwork();

async function start(names: readonly string[], argsOfLast: readonly string[] = []): Promise<ClusterNode[]> {
  const nodes = await Promise.all(
    names.map((name, index) => network.node(name, index === names.length - 1 ? { args: argsOfLast } : {})),
  );
  await untilUp(nodes);
  return nodes;
}

it('cluster ensure and check say that nobody listens at the bus port that a node announces', async () => {
  const nodes = await start(['b1', 'b2', 'b3'], ['--cluster-announce-bus-port', '17999']);
  const closed = `nothing listens on bus port 17999 at ${nodes[2]?.ip}:6379`;
  const ensured = await network.tool('cluster', 'ensure', '--nodes', named(nodes), '--timeout', '5');
  expect(ensured).toMatchObject({ exitCode: 75, stderr: expect.stringMatching(new RegExp(`VB721: .*${closed}`)) });
  const checked = await network.tool('cluster', 'check', '--nodes', named(nodes), '--timeout', '0');
  expect(checked).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(`VB721: ${closed}`) });
  expect(checked.stdout).toContain(closed);
});

it('cluster ensure and check say that two servers have one id, where one runs on a copy of the data of the other', async () => {
  const nodes = await start(['c1', 'c2', 'c3']);
  expect(await network.tool('cluster', 'ensure', '--nodes', named(nodes))).toMatchObject({ exitCode: 0 });
  const { stdout: text } = (await nodes[0]?.exec('cat', '/data/nodes.conf')) ?? { stdout: '' };
  const copy = await network.node('c4', { files: { '/data/nodes.conf': { text, uid: 999, mode: 0o644 } } });
  await untilUp([copy]);
  expect(await copy.cli('CLUSTER', 'MYID')).toBe(await nodes[0]?.cli('CLUSTER', 'MYID'));
  const twins = `two servers, one id: c1:6379 (${nodes[0]?.ip}:6379) and c4:6379 (${copy.ip}:6379)`;
  const all = [...nodes, copy];
  const ensured = await network.tool('cluster', 'ensure', '--nodes', named(all), '--timeout', '5');
  expect(ensured).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringContaining(`VB719: ${twins}`) });
  const checked = await network.tool('cluster', 'check', '--nodes', named(all), '--timeout', '0');
  expect(checked).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(`VB719: ${twins}`) });
});
