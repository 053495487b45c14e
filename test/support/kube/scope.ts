import { afterAll, expect, onTestFailed } from 'vitest';
import { outputOf, type Ran } from '../../../scripts/lib/engine.ts';
import { images } from '../docker-engine.ts';
import { until } from '../until.ts';
import type { KubeObject } from './manifest.ts';
import { type Namespace, openNamespace } from './namespace.ts';
import type { Pod } from './pod.ts';
import { type Changes, renderStatefulSet } from './render.ts';

/** Opens namespaces for one test file; they are gone when it ends. Call it once at the top. */
export function useNamespaces(): typeof openNamespace {
  const open: Namespace[] = [];
  afterAll(async () => {
    await Promise.all(open.map((namespace) => namespace.remove()));
  });
  return async (objects, bound) => {
    const namespace = await openNamespace(objects, bound);
    open.push(namespace);
    return namespace;
  };
}

/** Shows what the pods printed, if the test fails. */
export function showLogsOnFailure(namespace: () => Namespace): void {
  onTestFailed(async () => {
    for (const pod of namespace().pods()) {
      for (const [container, docker] of pod.containers) {
        const { stdout, stderr } = await outputOf(docker);
        const end = `${stderr}${stdout}`.split('\n').slice(-25).join('\n');
        console.error(`--- ${pod.name} ${container} (${pod.restarts.join(', ') || 'no restart'})\n${end}`);
      }
    }
  });
}

export const password = 'of the test';

/** deploy/statefulset/overlays/k3s with the image of the tests. */
export function renderCluster(changes: Changes = {}): Promise<KubeObject[]> {
  return renderStatefulSet('overlays/k3s', { image: images.test, password: `${password}\n`, ...changes });
}

/**
 * `kubectl -n valkey exec valkey-0 -- valkey-bundle cluster <command>`; ensure is told the nodes, as the Job tells it.
 */
export function clusterCommand(namespace: Namespace, command: 'check' | 'ensure' | 'verify-coordinator'): Promise<Ran> {
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

/**
 * `kubectl -n valkey exec <pod> -- valkey-bundle cluster check`, until it is green; says what was wrong last where it
 * never is. A pod that is being restarted cannot be asked, and is asked again.
 */
export async function untilGreen(pod: Pod): Promise<void> {
  let last = '';
  const check = async (): Promise<true | undefined> => {
    const { exitCode, stdout, stderr } = await pod
      .exec('valkey-bundle', 'cluster', 'check')
      .catch((error: unknown) => ({ exitCode: -1, stdout: '', stderr: String(error) }));
    last = `${stdout}${stderr}`;
    return exitCode === 0 ? true : undefined;
  };
  try {
    await until(`cluster check is green from ${pod.name}`, check, { everyMs: 500 });
  } catch (cause) {
    throw new Error(`cluster check from ${pod.name} is not green:\n${last}`, { cause });
  }
}
