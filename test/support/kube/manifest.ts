import { type CronJob, type Job, kinds, type PersistentVolumeClaim, type Service, type StatefulSet } from './schema.ts';

/** Rendered objects, sorted by what the harness does with them. */
export interface Manifest {
  readonly namespace: string;
  readonly statefulSets: readonly StatefulSet[];
  readonly jobs: readonly Job[];
  readonly cronJobs: readonly CronJob[];
  readonly claims: readonly PersistentVolumeClaim[];
  readonly services: readonly Service[];
  /** By name, and then by key. */
  readonly configMaps: ReadonlyMap<string, ReadonlyMap<string, Buffer>>;
  readonly secrets: ReadonlyMap<string, ReadonlyMap<string, Buffer>>;
  readonly notRun: readonly NotRun[];
}

/** Reads rendered objects. Throws for a kind or a field of which the harness does not know what to do with it. */
export function readManifest(objects: readonly KubeObject[]): Manifest {
  const parts = objects.map((object) => ({ object, ...splitNotRun(object) }));
  const read = <Kind extends keyof typeof kinds>(kind: Kind): ReturnType<(typeof kinds)[Kind]['parse']>[] =>
    parts.filter(({ object }) => object.kind === kind).map(({ object, rest }) => parse(kind, object, rest));
  for (const { object } of parts)
    if (!(object.kind in kinds)) throw new Error(`the harness does not know the kind of ${nameOf(object)}`);
  for (const kind of ['Namespace', 'PodDisruptionBudget', 'NetworkPolicy', 'PodMonitor', 'PrometheusRule'] as const)
    read(kind);
  const statefulSets = read('StatefulSet');
  return {
    namespace: statefulSets[0]?.metadata.namespace ?? 'default',
    statefulSets,
    jobs: read('Job'),
    cronJobs: read('CronJob'),
    claims: read('PersistentVolumeClaim'),
    services: read('Service'),
    configMaps: keysOf(read('ConfigMap'), 'utf8'),
    secrets: keysOf(read('Secret'), 'base64'),
    notRun: parts.flatMap(({ notRun }) => notRun),
  };
}

function parse<Kind extends keyof typeof kinds>(
  kind: Kind,
  object: KubeObject,
  rest: unknown,
): ReturnType<(typeof kinds)[Kind]['parse']> {
  const read = kinds[kind].safeParse(rest);
  // The schema was chosen by the kind that it is of.
  if (read.success) return read.data as ReturnType<(typeof kinds)[Kind]['parse']>;
  const problems = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`the harness cannot run ${nameOf(object)}: ${problems.join('; ')}`);
}

function keysOf(
  objects: ReadonlyArray<{
    readonly metadata: { readonly name: string };
    readonly data: Readonly<Record<string, string>>;
  }>,
  encoding: 'utf8' | 'base64',
): ReadonlyMap<string, ReadonlyMap<string, Buffer>> {
  return new Map(
    objects.map(({ metadata, data }) => [
      metadata.name,
      new Map(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, encoding)])),
    ]),
  );
}

/** An object of the API, as rendered: what is in it is read by the schema of its kind. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** `StatefulSet valkey`: for messages. */
export function nameOf({ kind, metadata }: KubeObject): string {
  return `${kind} ${metadata.name}`;
}

export function isKubeObject(value: unknown): value is KubeObject {
  if (typeof value !== 'object' || value === null) return false;
  if (!('apiVersion' in value && 'kind' in value && 'metadata' in value)) return false;
  const { apiVersion, kind, metadata } = value;
  const isNamed = typeof metadata === 'object' && metadata !== null && 'name' in metadata;
  return typeof apiVersion === 'string' && typeof kind === 'string' && isNamed && typeof metadata.name === 'string';
}

/** A field of the manifests that has no effect in the harness. */
export interface NotRun {
  /** Where it stands: kind, name and path. */
  readonly field: string;
  readonly reason: string;
}

/**
 * What the harness does not run, and why. Anything that is neither here nor in schema.ts fails the test. `*` is any
 * index of a list; `Pod` stands for the pod template of each kind that has one.
 */
const reasons: Readonly<Record<string, string>> = {
  'PodDisruptionBudget.spec': 'nothing is evicted: there is one machine, and no API server that would count',
  'NetworkPolicy.spec': 'only checked (validate.ts: who may reach which port); the test network does not enforce it',
  'PodMonitor.metadata.labels': 'no operator selects by it',
  'PodMonitor.spec': 'there is no Prometheus: the test asks the exporters itself',
  'PrometheusRule.metadata.labels': 'no operator selects by it',
  'PrometheusRule.spec': 'there is no Prometheus: the test hands the rules to promtool',
  'ConfigMap.metadata.labels': 'nothing selects by it',
  'StatefulSet.metadata.labels': 'nothing selects by it',
  'StatefulSet.spec.minReadySeconds': 'it paces the rolling update, which is not run',
  'Job.metadata.labels': 'nothing selects by it',
  'Service.metadata.labels': 'nothing selects by it',
  'CronJob.metadata.labels': 'nothing selects by it',
  'CronJob.spec.schedule': 'a test says when it runs',
  'CronJob.spec.suspend': 'a test says when it runs',
  'CronJob.spec.timeZone': 'a test says when it runs',
  'CronJob.spec.startingDeadlineSeconds': 'a test says when it runs',
  'CronJob.spec.concurrencyPolicy': 'a test runs one after the other',
  'CronJob.spec.successfulJobsHistoryLimit': 'every Job stays until the test ends',
  'CronJob.spec.failedJobsHistoryLimit': 'every Job stays until the test ends',
  'PersistentVolumeClaim.spec.accessModes': 'there is one machine',
  'PersistentVolumeClaim.spec.resources': 'a volume of the engine has no size',
  'StatefulSet.spec.volumeClaimTemplates.*.spec.storageClassName':
    'a claim is a volume of the engine, which has no classes',
  'StatefulSet.spec.volumeClaimTemplates.*.spec.accessModes': 'there is one machine',
  'StatefulSet.spec.volumeClaimTemplates.*.spec.resources': 'a volume of the engine has no size',
  'StatefulSet.spec.volumeClaimTemplates.*.apiVersion': 'what the API fills in',
  'StatefulSet.spec.volumeClaimTemplates.*.kind': 'what the API fills in',
  'StatefulSet.spec.volumeClaimTemplates.*.spec.volumeMode': 'what the API fills in',
  'StatefulSet.spec.volumeClaimTemplates.*.status': 'what the API fills in',
  'Pod.spec.affinity': 'there is one machine',
  'Pod.spec.topologySpreadConstraints': 'there is one machine',
  'Pod.spec.securityContext.fsGroupChangePolicy': 'ownership is set whenever a volume is made, on an empty volume',
  'Pod.spec.containers.*.resources.requests': 'there is one machine: nothing is scheduled',
  'Pod.spec.containers.*.imagePullPolicy': 'the image is in the engine already',
  'Pod.spec.initContainers.*.resources.requests': 'there is one machine: nothing is scheduled',
};

/** What holds for every manifest here, whatever its fields say. */
export const always: readonly NotRun[] = [
  {
    field: 'Service without clusterIP: None',
    reason: 'no virtual address: its name leads to the ready pods themselves',
  },
  { field: 'emptyDir of one container', reason: 'does not outlive a restart of it (it does in Kubernetes)' },
  { field: 'emptyDir of several containers', reason: 'is on disk and has no size (`medium: Memory`, sizeLimit)' },
  { field: 'spec.nodeName', reason: 'one of three names, in turn by ordinal: there is one machine' },
  { field: 'Secret volumes', reason: 'are on disk (in memory in Kubernetes), with the same owner and mode' },
  {
    field: 'cluster DNS',
    reason:
      'answers follow the pods at once, or are old for as long as the test says; CoreDNS keeps each answer for its own time (5 s, 30 s by kubeadm), also that a name does not exist, and the endpoints behind it lag a little. Only A records, by UDP',
  },
  { field: 'rolling update', reason: 'a changed template is applied to the pods that the test names' },
];

/** Takes out of an object what is not run, and lists it. The rest is what schema.ts must know entirely. */
function splitNotRun(object: KubeObject): { readonly rest: unknown; readonly notRun: readonly NotRun[] } {
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
      const holdsPod = [`${object.kind}.spec`, 'CronJob.spec.jobTemplate.spec'].includes(pattern);
      const at = holdsPod && key === 'template' ? 'Pod' : `${pattern}.${key}`;
      return [key, split(child, at, place === '' ? key : `${place}.${key}`)];
    });
    return Object.fromEntries(fields.filter(([, child]) => child !== undefined));
  };
  return { rest: split(object, object.kind, ''), notRun };
}
