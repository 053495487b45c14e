import { describe, expect, it } from 'vitest';
import type { Service } from '../../support/kube/schema.ts';
import { zoneOf } from '../../support/kube/zone.ts';

const labels = { app: 'valkey' };
const service = (name: string, spec: Partial<Service['spec']> = {}): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: labels, ports: [], ...spec },
});
const pods = [
  { name: 'v-0', labels, ip: '10.0.0.1', isReady: true, subdomain: 'headless' },
  { name: 'v-1', labels, ip: '10.0.0.2', isReady: false, subdomain: 'headless' },
  { name: 'job', labels: { app: 'job' }, ip: '10.0.0.3', isReady: true, subdomain: undefined },
];

describe('names', () => {
  it('of a service lead to the ready pods that it selects', () => {
    expect(zoneOf('ns', [service('client')], pods)).toEqual({ 'client.ns.svc.cluster.local': ['10.0.0.1'] });
  });
  it('of a headless service also lead to each ready pod', () => {
    expect(zoneOf('ns', [service('headless', { clusterIP: 'None' })], pods)).toEqual({
      'headless.ns.svc.cluster.local': ['10.0.0.1'],
      'v-0.headless.ns.svc.cluster.local': ['10.0.0.1'],
    });
  });
  it('lead to pods that are not ready with publishNotReadyAddresses', () => {
    const headless = service('headless', { clusterIP: 'None', publishNotReadyAddresses: true });
    expect(zoneOf('ns', [headless], pods)).toEqual({
      'headless.ns.svc.cluster.local': ['10.0.0.1', '10.0.0.2'],
      'v-0.headless.ns.svc.cluster.local': ['10.0.0.1'],
      'v-1.headless.ns.svc.cluster.local': ['10.0.0.2'],
    });
  });
  it('of a pod exist only below the service that its StatefulSet names', () => {
    const zone = zoneOf('ns', [service('other', { clusterIP: 'None' })], pods);
    expect(Object.keys(zone)).toEqual(['other.ns.svc.cluster.local']);
  });
  it('of a headless service without a ready pod do not exist', () => {
    expect(zoneOf('ns', [service('headless', { clusterIP: 'None' })], [])).toEqual({});
  });
});
