import { Ajv } from 'ajv';
import { z } from 'zod';
import { certManager } from './cert-manager.ts';
import { type KubeObject, nameOf } from './manifest.ts';
import { monitoringSchemas } from './monitoring.ts';
import { matches } from './names.ts';
import { valkeyCluster } from './official-operator.ts';

/**
 * What the API server would not take: values that the kind's own type does not allow, and fields that it does not have
 * (as `kubectl apply --validate=strict` says). Empty for a good object.
 */
export async function problemsOf(object: KubeObject): Promise<string[]> {
  const custom = validateCustomResource(object);
  if (custom !== undefined) return custom.map((problem) => `${nameOf(object)}${problem}`);
  const validate = await validatorOf(object);
  const seen = new Set<string>();
  validate(watched(object, '', seen));
  const wrong = (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message ?? 'is wrong'}`);
  const unknown = leaves(object, '')
    .filter((path) => !seen.has(path))
    .map((path) => `${path}: the type has no such field`);
  return [...wrong, ...unknown].map((problem) => `${nameOf(object)}${problem}`);
}

/** A compiled schema of ajv: it returns whether the value is right, and leaves the errors on itself. */
interface Validate {
  (value: unknown): boolean;
  errors?: ReadonlyArray<{ readonly instancePath: string; readonly message?: string }> | null;
}

/** The API's own types, by apiVersion and kind. */
const types: Readonly<Record<string, () => Promise<{ readonly validate: Validate }>>> = {
  'v1 Namespace': () => import('kubernetes-models/_schemas/IoK8sApiCoreV1Namespace'),
  'v1 ConfigMap': () => import('kubernetes-models/_schemas/IoK8sApiCoreV1ConfigMap'),
  'v1 Secret': () => import('kubernetes-models/_schemas/IoK8sApiCoreV1Secret'),
  'v1 Service': () => import('kubernetes-models/_schemas/IoK8sApiCoreV1Service'),
  'apps/v1 StatefulSet': () => import('kubernetes-models/_schemas/IoK8sApiAppsV1StatefulSet'),
  'batch/v1 Job': () => import('kubernetes-models/_schemas/IoK8sApiBatchV1Job'),
  'batch/v1 CronJob': () => import('kubernetes-models/_schemas/IoK8sApiBatchV1CronJob'),
  'v1 PersistentVolumeClaim': () => import('kubernetes-models/_schemas/IoK8sApiCoreV1PersistentVolumeClaim'),
  'policy/v1 PodDisruptionBudget': () => import('kubernetes-models/_schemas/IoK8sApiPolicyV1PodDisruptionBudget'),
  'networking.k8s.io/v1 NetworkPolicy': () => import('kubernetes-models/_schemas/IoK8sApiNetworkingV1NetworkPolicy'),
};

async function validatorOf({ apiVersion, kind }: KubeObject): Promise<Validate> {
  const load = types[`${apiVersion} ${kind}`];
  if (load === undefined) throw new Error(`there is no type for ${apiVersion} ${kind}`);
  return (await load()).validate;
}

/**
 * The value, noting which fields are read. The schemas of kubernetes-models take fields that they do not know; since
 * they look at each field that they know, one that was never looked at is unknown.
 */
function watched(value: unknown, path: string, seen: Set<string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return new Proxy(value, {
    get(target, key, receiver) {
      const child: unknown = Reflect.get(target, key, receiver);
      if (typeof key !== 'string') return child;
      seen.add(`${path}/${key}`);
      return watched(child, `${path}/${key}`, seen);
    },
  });
}

function leaves(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [path];
  const children = Object.entries(value);
  return children.length === 0 ? [path] : children.flatMap(([key, child]) => leaves(child, `${path}/${key}`));
}

/**
 * What is wrong with a custom resource of the operators or of cert-manager; undefined for an object of the API's own
 * kinds. The field names are those of the operators' CustomResourceDefinitions: for hyperspike/valkey-operator what its
 * type has at 2e1c1129957ed8649b1aaec8e38e25e6d2700e32 (api/v1/valkey_types.go); the fields that our instance uses are
 * also in the definition of the release v0.0.59 and in the one at ac2e29b79b64e724be9bcf5180e89a8ea1872477, which is
 * later than v0.0.61. For kailas-cloud/valkey-operator its type at 0af1dcd7eff412f185635783bd7a938a8261dd14.
 */
function validateCustomResource(object: KubeObject): string[] | undefined {
  const schema = schemas[object.apiVersion] ?? monitoringSchemas[`${object.apiVersion} ${object.kind}`];
  if (schema === undefined) return undefined;
  const validate = new Ajv({ allErrors: true, verbose: true }).compile(schema);
  if (validate(object)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath}: ${message ?? 'is wrong'} ${JSON.stringify(params)}`,
  );
}

const quantity = { type: 'string', pattern: '^[0-9]+(\\.[0-9]+)?(m|[KMGTPE]i?)?$' };
const quantities = { type: 'object', additionalProperties: quantity };
const strict = { type: 'object', additionalProperties: false } as const;

const storage = {
  ...strict,
  // The operators want accessModes, although the type of a claim does not.
  required: ['spec'],
  properties: {
    spec: {
      ...strict,
      required: ['accessModes', 'resources'],
      properties: {
        accessModes: { type: 'array', items: { enum: ['ReadWriteOnce', 'ReadWriteOncePod'] }, minItems: 1 },
        storageClassName: { type: 'string' },
        resources: { ...strict, required: ['requests'], properties: { requests: quantities } },
      },
    },
  },
};

const common = {
  image: { type: 'string' },
  exporterImage: { type: 'string' },
  nodes: { type: 'integer', minimum: 1 },
  replicas: { type: 'integer', minimum: 0 },
  volumePermissions: { type: 'boolean' },
  tls: { type: 'boolean' },
  certIssuer: { type: 'string' },
  certIssuerType: { enum: ['ClusterIssuer', 'Issuer'] },
  prometheus: { type: 'boolean' },
  prometheusLabels: { type: 'object', additionalProperties: { type: 'string' } },
  clusterDomain: { type: 'string' },
  storage,
  resources: { ...strict, properties: { requests: quantities, limits: quantities } },
};

const ofFork = {
  modules: {
    type: 'array',
    items: {
      ...strict,
      required: ['path'],
      properties: { path: { type: 'string' }, args: { type: 'array', items: { type: 'string' } } },
    },
  },
  serviceMonitor: { type: 'boolean' },
  anonymousAuth: { type: 'boolean' },
  servicePassword: {
    ...strict,
    required: ['key'],
    properties: { name: { type: 'string' }, key: { type: 'string' }, optional: { type: 'boolean' } },
  },
  clusterPreferredEndpointType: { enum: ['ip', 'hostname', 'unknown-endpoint'] },
  platformManagedSecurityContext: { type: 'boolean' },
};

function valkey(spec: object): object {
  return {
    ...strict,
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    properties: {
      apiVersion: {},
      kind: { const: 'Valkey' },
      metadata: { type: 'object', required: ['name'] },
      spec: { ...strict, properties: spec },
    },
  };
}

const schemas: Readonly<Record<string, object>> = {
  'hyperspike.io/v1': valkey(common),
  'kailas.cloud/v1': valkey({ ...common, ...ofFork }),
  'cert-manager.io/v1': certManager,
  'valkey.io/v1alpha1': valkeyCluster,
};

const selector = z.strictObject({ matchLabels: z.record(z.string(), z.string()).optional() });
const policy = z.object({
  metadata: z.object({ namespace: z.string() }),
  spec: z.strictObject({
    podSelector: selector,
    policyTypes: z.tuple([z.literal('Ingress')]),
    ingress: z.array(
      z.strictObject({
        from: z
          .array(z.strictObject({ podSelector: selector.optional(), namespaceSelector: selector.optional() }))
          .optional(),
        ports: z.array(z.strictObject({ protocol: z.literal('TCP'), port: z.int() })).optional(),
      }),
    ),
  }),
});

/** One end of a connection. */
interface Peer {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Whether the policies let a pod reach a port of another one: everything where no policy selects the receiver, else
 * only what a rule of one of them allows. A peer without a namespaceSelector is of the policy's own namespace. Throws
 * for a field that is not understood.
 */
export function mayReach(policies: readonly KubeObject[], from: Peer, to: Peer, port: number): boolean {
  const selecting = policies
    .map((object) => policy.parse(object))
    .filter(({ metadata, spec }) => metadata.namespace === to.namespace && fits(to.labels, spec.podSelector));
  if (selecting.length === 0) return true;
  return selecting.some(({ metadata, spec }) =>
    spec.ingress.some(
      ({ from: peers, ports }) =>
        (ports === undefined || ports.some((one) => one.port === port)) &&
        (peers === undefined || peers.some((peer) => isPeer(from, peer, metadata.namespace))),
    ),
  );
}

type Selector = z.infer<typeof selector>;

function isPeer(
  { namespace, labels }: Peer,
  peer: { podSelector?: Selector | undefined; namespaceSelector?: Selector | undefined },
  own: string,
): boolean {
  // Only the empty selector is understood: which labels other namespaces have is not known here.
  const isNamespace =
    peer.namespaceSelector === undefined
      ? namespace === own
      : Object.keys(peer.namespaceSelector.matchLabels ?? {}).length === 0;
  return isNamespace && (peer.podSelector === undefined || fits(labels, peer.podSelector));
}

function fits(labels: Readonly<Record<string, string>>, { matchLabels = {} }: Selector): boolean {
  return matches(labels, matchLabels);
}
