import { expect, it } from 'vitest';
import { environmentOf } from '../../support/kube/environment.ts';

const pod = { name: 'valkey-1', namespace: 'valkey', ip: '10.1.2.3' };
const secrets = new Map([['valkey', new Map([['password', Buffer.from('geheim')]])]]);
const container = { name: 'c', image: 'i' };

it('variables come from values, from the pod and from secrets, and a value may use those before it', () => {
  const env = [
    { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' as const } } },
    { name: 'SPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' as const } } },
    { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' as const } } },
    { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'valkey', key: 'password' } } },
    { name: 'HOST', value: '$(NAME).$(SPACE) $(LATER)' },
    { name: 'LATER', value: 'x' },
  ];
  expect(Object.fromEntries(environmentOf({ ...container, env }, pod, { secrets }))).toEqual({
    NAME: 'valkey-1',
    SPACE: 'valkey',
    IP: '10.1.2.3',
    PASSWORD: 'geheim',
    HOST: 'valkey-1.valkey $(LATER)',
    LATER: 'x',
  });
});

it('a secret that is not there keeps the pod from starting', () => {
  const env = [{ name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'other', key: 'password' } } }];
  expect(() => environmentOf({ ...container, env }, pod, { secrets })).toThrow(/no key password of a Secret other/);
});
