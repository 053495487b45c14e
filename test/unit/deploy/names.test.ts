import { describe, expect, it } from 'vitest';
import { answerQuestion } from '../../support/kube/name-server.ts';
import { zoneOf } from '../../support/kube/names.ts';
import type { Service } from '../../support/kube/schema.ts';

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

const zone = new Map([['a.b', ['10.0.0.1', '10.0.0.2']]]);
const ask = (name: string, type = 1): Buffer | undefined =>
  answerQuestion(
    Buffer.concat([
      Buffer.from([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
      ...name.split('.').map((part) => Buffer.concat([Buffer.from([part.length]), Buffer.from(part)])),
      Buffer.from([0, 0, type, 0, 1]),
    ]),
    (asked) => zone.get(asked),
  );
const header = (message: Buffer | undefined) =>
  message && { id: message.readUInt16BE(0), code: message.readUInt8(3) & 15, answers: message.readUInt16BE(6) };

it('a name of the zone has its addresses, whatever its case', () => {
  const answer = ask('A.b');
  expect(header(answer)).toEqual({ id: 0x1234, code: 0, answers: 2 });
  expect(answer?.subarray(-4)).toEqual(Buffer.from([10, 0, 0, 2]));
});
it('a question for another type has an empty answer', () => {
  expect(header(ask('a.b', 28))).toEqual({ id: 0x1234, code: 0, answers: 0 });
});
it('another name does not exist', () => {
  expect(header(ask('c.b'))).toEqual({ id: 0x1234, code: 3, answers: 0 });
});
it('what is no question gets no answer', () => {
  expect(answerQuestion(Buffer.alloc(5), () => [])).toBeUndefined();
});
