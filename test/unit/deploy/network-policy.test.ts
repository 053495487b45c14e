import { describe, expect, it } from 'vitest';
import { mayReach } from '../../support/kube/network-policy.ts';

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
