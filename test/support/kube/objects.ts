import type { KubeObject } from './manifest.ts';

/*
 * Objects of the namespace `valkey` that the official chart and operator make alike. Made by hand from facts of their
 * sources, which docs/operate/helm.md and docs/operate/operators.md name; neither runs here.
 */

/** The password of `default` in the Secret that both are told by name. */
export const userPassword = 'of "the" users';

/** Pods that run as `user`; `pod` is what else their template has. */
export function statefulSet(
  name: string,
  replicas: number,
  labels: Readonly<Record<string, string>>,
  user: number,
  pod: object,
  claim = 'valkey-data',
  serviceName = `${name}-headless`,
): KubeObject {
  const securityContext = {
    ...{ runAsUser: user, runAsGroup: user, fsGroup: user },
    seccompProfile: { type: 'RuntimeDefault' },
  };
  // Both only as the harness can run them.
  const fixed = { automountServiceAccountToken: false, enableServiceLinks: false };
  const spec = {
    ...{ replicas, serviceName, podManagementPolicy: 'Parallel', selector: { matchLabels: labels } },
    template: { metadata: { labels }, spec: { ...fixed, securityContext, ...pod } },
    volumeClaimTemplates: [{ metadata: { name: claim }, spec: {} }],
  };
  return object('StatefulSet', name, { spec }, 'apps/v1');
}

export function headless(name: string, selector: Readonly<Record<string, string>>): KubeObject {
  const spec = { clusterIP: 'None', publishNotReadyAddresses: true, selector, ports: [] };
  return object('Service', name, { spec });
}

export function secret(name: string, texts: Readonly<Record<string, string>>): KubeObject {
  const data = Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
  return object('Secret', name, { type: 'Opaque', data: Object.fromEntries(data) });
}

export function object(kind: string, name: string, fields: object, apiVersion = 'v1'): KubeObject {
  return { apiVersion, kind, metadata: { name, namespace: 'valkey' }, ...fields };
}
