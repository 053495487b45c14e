import type { FakeCluster } from './fake-cluster.ts';
import { type Started, waitingTool } from './fake-start.ts';

/** `valkey-bundle cluster <args>` in a container that the nodes of a cluster in memory answer. */
export function runCluster(
  { waiting }: Pick<FakeCluster, 'waiting'>,
  args: readonly string[],
  env: Parameters<typeof waitingTool>[1] = {},
  files: NonNullable<Parameters<typeof waitingTool>[2]>['files'] = {},
): Promise<Started> {
  return waitingTool(['cluster', ...args], env, { waiting, files });
}
