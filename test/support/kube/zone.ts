import type { Service } from './schema.ts';

/** What names need to know of a pod. */
export interface NamedPod {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ip: string;
  readonly isReady: boolean;
  /** The StatefulSet's serviceName: the pod has a name of its own under it. */
  readonly subdomain: string | undefined;
}

/**
 * The names that Kubernetes gives services and pods, with their addresses: `<service>.<namespace>.svc.cluster.local` leads to the pods that are
 * ready (to all, with publishNotReadyAddresses), and below a headless service each pod that it leads to has its own. Without a ready pod a
 * headless service's name does not exist.
 */
export function zoneOf(
  namespace: string,
  services: readonly Service[],
  pods: readonly NamedPod[],
): Record<string, string[]> {
  const zone: Record<string, string[]> = {};
  for (const { metadata, spec } of services) {
    const published = pods.filter(
      ({ labels, isReady }) => matches(labels, spec.selector) && (isReady || spec.publishNotReadyAddresses === true),
    );
    const name = `${metadata.name}.${namespace}.svc.cluster.local`;
    zone[name] = published.map(({ ip }) => ip);
    if (spec.clusterIP !== 'None') continue;
    for (const pod of published) if (pod.subdomain === metadata.name) zone[`${pod.name}.${name}`] = [pod.ip];
    if (published.length === 0) delete zone[name];
  }
  return zone;
}

/** Whether labels fit a selector of equal pairs. */
export function matches(labels: Readonly<Record<string, string>>, selector: Readonly<Record<string, string>>): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

/** The search list of a pod's resolv.conf: so `valkey-0.valkey-headless` is found in the pod's own namespace. */
export function searchDomains(namespace: string): string[] {
  return [`${namespace}.svc.cluster.local`, 'svc.cluster.local', 'cluster.local'];
}
