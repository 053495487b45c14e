import { expect, it } from 'vitest';
import { withCluster } from '../../scripts/verify/cluster.ts';
import { openContainers } from '../../scripts/verify/containers.ts';
import { knnAcrossShards } from '../../scripts/verify/knn.ts';
import { engine, images } from '../support/docker-engine.ts';

it('the search across shards makes its index known to three nodes, spreads its documents, and fails where nobody searches', async () => {
  const containers = openContainers(engine, images.test, new AbortController().signal);
  const ids: string[] = [];
  try {
    const env = { SEARCH_MODULE_ARGS: '--use-coordinator' };
    const search = withCluster(containers, { env }, 3, (nodes) => {
      ids.push(...nodes.map(({ container }) => container.id));
      return knnAcrossShards(nodes, { boundMs: 3000, everyMs: 200 });
    });
    // The stand-in hands the index on as the real one does, and finds nothing: so the check got as far as that, and no further.
    await expect(search).rejects.toMatchObject({
      name: 'CheckFailed',
      message: expect.stringMatching(/^node 1 finds 0 of 30 documents, which lie as \d+, \d+, \d+: .*STANDIN/),
    });
  } finally {
    await containers.removeAll();
  }
  expect(ids).toHaveLength(3);
  for (const id of ids) await expect(engine.getContainer(id).inspect()).rejects.toMatchObject({ statusCode: 404 });
});
