import { expect, it } from 'vitest';
import { knnAcrossShards } from '../../scripts/verify/coordinator.ts';
import { openContainers } from '../../scripts/verify/lab.ts';
import { withCluster } from '../../scripts/verify/server.ts';
import { engine, images } from '../support/docker-engine.ts';

it('the tool runs in a cluster whose nodes name each other by host names, and says that a stand-in does not search', async () => {
  const containers = openContainers(engine, images.test, new AbortController().signal);
  const ids: string[] = [];
  try {
    const env = { SEARCH_MODULE_ARGS: '--use-coordinator' };
    const command = ['--enable-module-command', 'local'];
    await withCluster(containers, { env, command }, 3, async (nodes) => {
      ids.push(...nodes.map(({ container }) => container.id));
      expect(await nodes[0]?.cli('CLUSTER', 'SLOTS')).toMatch(/node-1(?:.|\n)*node-2(?:.|\n)*node-3/);
      await expect(knnAcrossShards(nodes[0] ?? never())).rejects.toMatchObject({ name: 'CheckNotRun' });
      expect(await Promise.all(nodes.map((node) => node.cli('FT._LIST')))).toEqual(['', '', '']);
      // Once a node has no search, the tool finds that.
      await nodes[2]?.cli('MODULE', 'UNLOAD', 'search');
      await expect(knnAcrossShards(nodes[0] ?? never())).rejects.toMatchObject({
        name: 'CheckFailed',
        message: expect.stringContaining('VB731: node-3:6379 does not know FT._LIST'),
      });
    });
  } finally {
    await containers.removeAll();
  }
  expect(ids).toHaveLength(3);
  for (const id of ids) await expect(engine.getContainer(id).inspect()).rejects.toMatchObject({ statusCode: 404 });
});

function never(): never {
  throw new Error('three nodes');
}
