import { expect } from 'vitest';
import { images } from '../docker-engine.ts';
import type { Executed } from '../docker-exec.ts';
import { until } from '../until.ts';
import type { Namespace } from './namespace.ts';
import type { KubeObject } from './objects.ts';
import { type Changes, renderStatefulSet } from './render.ts';

export const password = 'of the test';

/** deploy/statefulset/overlays/k3s with the image of the tests. */
export function renderCluster(changes: Changes = {}): Promise<KubeObject[]> {
  return renderStatefulSet('overlays/k3s', { image: images.test, password: `${password}\n`, ...changes });
}

/** `kubectl -n valkey exec valkey-0 -- valkey-bundle cluster <command>`; ensure is told the nodes, as the Job tells it. */
export function clusterCommand(
  namespace: Namespace,
  command: 'check' | 'ensure' | 'verify-coordinator',
): Promise<Executed> {
  const nodes = namespace.pods().map(({ name }) => `${name}.valkey-headless:6379`);
  const options = command === 'ensure' ? ['--nodes', nodes.join(',')] : [];
  return namespace.pod('valkey-0').exec('valkey-bundle', 'cluster', command, ...options);
}

/** Waits until the Job has formed or extended the cluster. */
export async function jobDone(namespace: Namespace): Promise<void> {
  const { succeeded, log } = await namespace.job('valkey-cluster').done();
  expect(succeeded, log).toBe(true);
}

/** Waits until every pod is ready. */
export async function allReady(namespace: Namespace): Promise<void> {
  const ready = async () => (namespace.pods().every(({ isReady }) => isReady) ? true : undefined);
  await until('every pod is ready', ready, { everyMs: 200 });
}

/** Restarts that the probes wanted: none is ever right here. */
export function probeRestarts(namespace: Namespace): string[] {
  return namespace
    .pods()
    .flatMap(({ name, restarts }) => restarts.filter((why) => why.includes('probe')).map((why) => `${name}: ${why}`));
}
