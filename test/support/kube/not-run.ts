import type { KubeObject } from './objects.ts';

/** A field of the manifests that has no effect in the harness. */
export interface NotRun {
  /** Where it stands: kind, name and path. */
  readonly field: string;
  readonly reason: string;
}

/**
 * What the harness does not run, and why. Anything that is neither here nor in schema.ts fails the test. `*` is any index of a list;
 * `Pod` stands for the pod template of each kind that has one.
 */
const reasons: Readonly<Record<string, string>> = {
  'PodDisruptionBudget.spec': 'nothing is evicted: there is one machine, and no API server that would count',
  'NetworkPolicy.spec':
    'only checked (network-policy.ts: who may reach which port); the test network does not enforce it',
  'StatefulSet.metadata.labels': 'nothing selects by it',
  'StatefulSet.spec.minReadySeconds': 'it paces the rolling update, which is not run',
  'Job.metadata.labels': 'nothing selects by it',
  'Service.metadata.labels': 'nothing selects by it',
  'StatefulSet.spec.volumeClaimTemplates.*.spec.storageClassName':
    'a claim is a volume of the engine, which has no classes',
  'StatefulSet.spec.volumeClaimTemplates.*.spec.accessModes': 'there is one machine',
  'StatefulSet.spec.volumeClaimTemplates.*.spec.resources': 'a volume of the engine has no size',
  'StatefulSet.spec.volumeClaimTemplates.*.apiVersion': 'what the API fills in',
  'StatefulSet.spec.volumeClaimTemplates.*.kind': 'what the API fills in',
  'StatefulSet.spec.volumeClaimTemplates.*.spec.volumeMode': 'what the API fills in',
  'StatefulSet.spec.volumeClaimTemplates.*.status': 'what the API fills in',
  'Pod.spec.affinity': 'there is one machine',
  'Pod.spec.securityContext.fsGroupChangePolicy': 'ownership is set whenever a volume is made, on an empty volume',
  'Pod.spec.containers.*.resources.requests': 'there is one machine: nothing is scheduled',
  'Pod.spec.containers.*.imagePullPolicy': 'the image is in the engine already',
};

/** What holds for every manifest here, whatever its fields say. */
export const always: readonly NotRun[] = [
  {
    field: 'Service without clusterIP: None',
    reason: 'no virtual address: its name leads to the ready pods themselves',
  },
  { field: 'emptyDir', reason: 'does not outlive a restart of its container (it does in Kubernetes)' },
  { field: 'Secret volumes', reason: 'are on disk (in memory in Kubernetes), with the same owner and mode' },
  {
    field: 'cluster DNS',
    reason:
      'answers follow the pods at once, or are old for as long as the test says; CoreDNS keeps each answer for its own time (5 s, 30 s by kubeadm), also that a name does not exist, and the endpoints behind it lag a little. Only A records, by UDP',
  },
  { field: 'rolling update', reason: 'a changed template is applied to the pods that the test names' },
];

/** Takes out of an object what is not run, and lists it. The rest is what schema.ts must know entirely. */
export function splitNotRun(object: KubeObject): { readonly rest: unknown; readonly notRun: readonly NotRun[] } {
  const notRun: NotRun[] = [];
  const split = (value: unknown, pattern: string, place: string): unknown => {
    const reason = reasons[pattern];
    if (reason !== undefined) {
      notRun.push({ field: `${object.kind} ${object.metadata.name} ${place}`, reason });
      return undefined;
    }
    if (Array.isArray(value)) return value.map((item, index) => split(item, `${pattern}.*`, `${place}[${index}]`));
    if (typeof value !== 'object' || value === null) return value;
    const fields = Object.entries(value).map(([key, child]): [string, unknown] => {
      const at = pattern === `${object.kind}.spec` && key === 'template' ? 'Pod' : `${pattern}.${key}`;
      return [key, split(child, at, place === '' ? key : `${place}.${key}`)];
    });
    return Object.fromEntries(fields.filter(([, child]) => child !== undefined));
  };
  return { rest: split(object, object.kind, ''), notRun };
}
