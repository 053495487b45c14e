import { describe, expect, it } from 'vitest';
import { readManifest } from '../../support/kube/manifest.ts';
import type { KubeObject } from '../../support/kube/objects.ts';

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
    [
      'a second container',
      pod({
        containers: [
          { name: 'c', image: 'i' },
          { name: 'd', image: 'i' },
        ],
      }),
    ],
  ])('refuses %s that it does not know', (_what, template) => {
    expect(() => readManifest([set(template)])).toThrow(/the harness cannot run StatefulSet v/);
  });
  it('refuses a kind that it does not know', () => {
    const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' } };
    expect(() => readManifest([object])).toThrow(/does not know the kind of Deployment d/);
  });
});
