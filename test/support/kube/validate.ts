import { validateCustomResource } from './custom-resources.ts';
import { type KubeObject, nameOf } from './objects.ts';

/**
 * What the API server would not take: values that the kind's own type does not allow, and fields that it does not have (as
 * `kubectl apply --validate=strict` says). Empty for a good object.
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
  'policy/v1 PodDisruptionBudget': () => import('kubernetes-models/_schemas/IoK8sApiPolicyV1PodDisruptionBudget'),
  'networking.k8s.io/v1 NetworkPolicy': () => import('kubernetes-models/_schemas/IoK8sApiNetworkingV1NetworkPolicy'),
};

async function validatorOf({ apiVersion, kind }: KubeObject): Promise<Validate> {
  const load = types[`${apiVersion} ${kind}`];
  if (load === undefined) throw new Error(`there is no type for ${apiVersion} ${kind}`);
  return (await load()).validate;
}

/**
 * The value, noting which fields are read. The schemas of kubernetes-models take fields that they do not know; since they look at each
 * field that they know, one that was never looked at is unknown.
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
