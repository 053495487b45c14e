import { afterAll, onTestFailed } from 'vitest';
import { type Namespace, openNamespace } from './namespace.ts';
import type { KubeObject } from './objects.ts';

/** Opens namespaces for one test file; they are gone when it ends. Call it once at the top. */
export function useNamespaces(): (objects: readonly KubeObject[]) => Promise<Namespace> {
  const open: Namespace[] = [];
  afterAll(async () => {
    await Promise.all(open.map((namespace) => namespace.remove()));
  });
  return async (objects) => {
    const namespace = await openNamespace(objects);
    open.push(namespace);
    return namespace;
  };
}

/** Shows what the pods printed, if the test fails. */
export function showLogsOnFailure(namespace: () => Namespace): void {
  onTestFailed(async () => {
    for (const pod of namespace().pods()) {
      const { stdout, stderr } = await pod.output();
      const end = `${stderr}${stdout}`.split('\n').slice(-25).join('\n');
      console.error(`--- ${pod.name} (${pod.restarts.join(', ') || 'no restart'})\n${end}`);
    }
  });
}
