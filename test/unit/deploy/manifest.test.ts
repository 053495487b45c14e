import { describe, expect, it } from 'vitest';
import { type KubeObject, readManifest } from '../../support/kube/manifest.ts';
import { mayReach } from '../../support/kube/validate.ts';

const pod = (spec: object) => ({
  metadata: { labels: {} },
  spec: {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: { runAsUser: 1, runAsGroup: 1, fsGroup: 1, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [{ name: 'c', image: 'i' }],
    ...spec,
  },
});
const set = (template: object): KubeObject => {
  const spec = {
    replicas: 3,
    serviceName: 's',
    podManagementPolicy: 'Parallel',
    selector: { matchLabels: {} },
    template,
  };
  return { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'v' }, ...{ spec } };
};

describe('the harness', () => {
  it('reads what it runs', () => {
    expect(readManifest([set(pod({}))]).statefulSets[0]?.spec.replicas).toBe(3);
  });
  it('lists what it does not run, with the place and the reason', () => {
    const { notRun } = readManifest([set(pod({ affinity: { podAntiAffinity: {} } }))]);
    expect(notRun).toEqual([
      { field: 'StatefulSet v spec.template.spec.affinity', reason: expect.stringContaining('one machine') },
    ]);
  });
  it.each([
    ['a field of the pod', pod({ hostNetwork: true })],
    ['a field of a container', pod({ containers: [{ name: 'c', image: 'i', lifecycle: {} }] })],
    [
      'a field below one that it knows',
      pod({ containers: [{ name: 'c', image: 'i', livenessProbe: { tcpSocket: {} } }] }),
    ],
    ['a value that it cannot run', pod({ automountServiceAccountToken: true })],
    ['a field of an init container', pod({ initContainers: [{ name: 'd', image: 'i', restartPolicy: 'Always' }] })],
  ])('refuses %s that it does not know', (_what, template) => {
    expect(() => readManifest([set(template)])).toThrow(/the harness cannot run StatefulSet v/);
  });
  it('refuses a kind that it does not know', () => {
    const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' } };
    expect(() => readManifest([object])).toThrow(/does not know the kind of Deployment d/);
  });
});

const node = { app: 'node' };
const policy = (ingress: unknown) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'p', namespace: 'ns' },
  ...{ spec: { podSelector: { matchLabels: node }, policyTypes: ['Ingress'], ingress } },
});
const here = (labels: Record<string, string>) => ({ namespace: 'ns', labels });
const elsewhere = { namespace: 'other', labels: node };

describe('a policy', () => {
  const rules = policy([
    { from: [{ podSelector: { matchLabels: node } }], ports: [{ protocol: 'TCP', port: 1 }] },
    { from: [{ namespaceSelector: {} }], ports: [{ protocol: 'TCP', port: 2 }] },
  ]);
  it.each([
    ['a pod that the rule selects', here(node), 1, true],
    ['another pod of the namespace', here({}), 1, false],
    ['a pod with the same labels elsewhere', elsewhere, 1, false],
    ['a pod elsewhere, by the namespace selector', elsewhere, 2, true],
    ['a port that no rule has', here(node), 3, false],
  ])('%s: port %o', (_who, from, port, expected) => {
    expect(mayReach([rules], from, here(node), port)).toBe(expected);
  });
  it('says nothing of pods that it does not select', () => {
    expect(mayReach([rules], elsewhere, here({}), 1)).toBe(true);
  });
  it('without a rule lets nobody in', () => {
    expect(mayReach([policy([])], here(node), here(node), 1)).toBe(false);
  });
  it('with a field that is not understood is refused', () => {
    expect(() => mayReach([policy([{ from: [{ ipBlock: {} }] }])], here(node), here(node), 1)).toThrow();
  });
});
