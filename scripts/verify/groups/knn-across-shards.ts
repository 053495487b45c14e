import { variableName } from '../../../entrypoint/modules/naming.ts';
import { withCluster } from '../cluster.ts';
import { portCapabilities } from '../coordinator.ts';
import { knnAcrossShards } from '../knn.ts';
import type { Group } from '../lab.ts';
import { CheckFailed, CheckNotRun } from '../outcome.ts';

/** Search across the shards of a real cluster, by the coordinator. Only where the module is the real one: built from a commit. */
export const knn: Group = async ({ subject, containers, recorder }) => {
  await recorder.check('coordinator: KNN finds the documents of every shard', async () => {
    const [capability] = portCapabilities(subject.expected.manifests);
    if (capability === undefined) throw new CheckNotRun('no module of the line has a coordinator');
    const { module, manifest, flag } = capability;
    if (subject.bundle?.modules[module]?.commit === undefined) {
      throw new CheckNotRun(`no real module: bundle.json names no commit that ${module} was built from`);
    }
    const env = { [`${manifest.env ?? variableName(manifest.file)}_MODULE_ARGS`]: flag };
    return withCluster(containers, { env }, 3, ([node]) => {
      if (node === undefined) throw new CheckFailed('a cluster of no nodes');
      return knnAcrossShards(node);
    });
  });
};
