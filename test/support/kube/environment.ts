import { expand } from './expand.ts';
import type { Manifest } from './manifest.ts';
import type { Container } from './schema.ts';

/** What a pod is told of itself, by the downward API and by /etc/hosts. */
export interface PodIdentity {
  readonly name: string;
  readonly namespace: string;
  readonly ip: string;
  /** With it a pod has a name of its own; a StatefulSet gives its serviceName. */
  readonly subdomain?: string | undefined;
}

/** The container's variables, in the order of the manifest: a value may use those before it. Throws where a Secret or its key is missing. */
export function environmentOf(
  { env = [] }: Container,
  pod: PodIdentity,
  { secrets }: Pick<Manifest, 'secrets'>,
): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  for (const variable of env) {
    if ('value' in variable) variables.set(variable.name, expand(variable.value, variables));
    else if ('fieldRef' in variable.valueFrom)
      variables.set(variable.name, fieldOf(pod, variable.valueFrom.fieldRef.fieldPath));
    else {
      const { name, key } = variable.valueFrom.secretKeyRef;
      const value = secrets.get(name)?.get(key);
      if (value === undefined) throw new Error(`${pod.name}: there is no key ${key} of a Secret ${name}`);
      variables.set(variable.name, value.toString());
    }
  }
  return variables;
}

function fieldOf(pod: PodIdentity, path: 'metadata.name' | 'metadata.namespace' | 'status.podIP'): string {
  switch (path) {
    case 'metadata.name':
      return pod.name;
    case 'metadata.namespace':
      return pod.namespace;
    case 'status.podIP':
      return pod.ip;
  }
}
