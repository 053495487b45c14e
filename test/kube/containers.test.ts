import { beforeAll, expect, it } from 'vitest';
import { execIn } from '../../scripts/lib/engine.ts';
import { images } from '../support/docker-engine.ts';
import type { Namespace } from '../support/kube/namespace.ts';
import { allReady, useNamespaces } from '../support/kube/scope.ts';
import { until } from '../support/until.ts';

const open = useNamespaces();

/** Ends on SIGTERM, as a container should; `ready` is what its readiness probe asks for. */
const container = (name: string) => ({
  name,
  image: images.test,
  command: ['sh', '-c', 'trap exit TERM; echo $$(hostname); while :; do sleep 1 & wait $!; done'],
  readinessProbe: { exec: { command: ['test', '!', '-e', '/tmp/busy'] }, periodSeconds: 1, failureThreshold: 1 },
  volumeMounts: [
    { name: 'config', mountPath: '/etc/config' },
    { name: `${name}-tmp`, mountPath: '/tmp' },
    { name: 'shared', mountPath: '/shared', readOnly: name === 'second' },
  ],
});

/** Ends before the others begin, and leaves something to them. */
const before = {
  name: 'before',
  image: images.test,
  command: ['sh', '-c', 'echo "$$(hostname), earlier" > /shared/note'],
  volumeMounts: [{ name: 'shared', mountPath: '/shared' }],
};

const object = (apiVersion: string, kind: string, name: string, rest: object) => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'shop' },
  ...rest,
});

const labels = { app: 'two' };
const objects = [
  object('v1', 'ConfigMap', 'config', { data: { greeting: 'hello' } }),
  object('apps/v1', 'StatefulSet', 'two', {
    spec: {
      replicas: 1,
      serviceName: 'two',
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: {
            runAsUser: 999,
            runAsGroup: 999,
            fsGroup: 999,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          initContainers: [before],
          containers: [container('first'), container('second')],
          volumes: [
            { name: 'config', configMap: { name: 'config' } },
            { name: 'first-tmp', emptyDir: {} },
            { name: 'second-tmp', emptyDir: {} },
            { name: 'shared', emptyDir: { medium: 'Memory' } },
          ],
        },
      },
    },
  }),
];

let namespace: Namespace;
beforeAll(async () => {
  namespace = await open(objects);
  await allReady(namespace);
});

/** A command in one container of the pod. */
async function inContainer(name: string, ...command: string[]): Promise<string> {
  const docker = namespace.pod('two-0').containers.get(name);
  if (docker === undefined) throw new Error(`there is no container ${name}`);
  return (await execIn(docker, command)).stdout;
}

it('containers of one pod have its name, its address and its files in common', async () => {
  for (const name of ['first', 'second']) {
    expect(await inContainer(name, 'hostname')).toBe('two-0\n');
    expect(await inContainer(name, 'hostname', '-i')).toBe(`${namespace.pod('two-0').ip}\n`);
    expect(await inContainer(name, 'cat', '/etc/config/greeting')).toBe('hello');
  }
});

it('an init container ends before them, and leaves them what it wrote', async () => {
  for (const name of ['first', 'second'])
    expect(await inContainer(name, 'cat', '/shared/note')).toBe('two-0, earlier\n');
  await inContainer('first', 'sh', '-c', 'echo later > /shared/note');
  expect(await inContainer('second', 'cat', '/shared/note')).toBe('later\n');
  await inContainer('second', 'sh', '-c', 'echo never > /shared/note');
  expect(await inContainer('first', 'cat', '/shared/note')).toBe('later\n');
});

it('an init container that fails keeps the pod from starting, and says why', async () => {
  const failing = JSON.parse(JSON.stringify(objects).replace('/shared/note', '/nowhere/note'));
  const pod = (await open(failing)).pod('two-0');
  await until('it is tried again', async () => pod.restarts.includes('before: exit 2') || undefined);
  expect((await pod.output()).stderr).toContain('/nowhere/note');
  expect(pod.isReady).toBe(false);
});

it('a pod is ready while each of its containers is', async () => {
  const pod = namespace.pod('two-0');
  await inContainer('second', 'touch', '/tmp/busy');
  await until('it is not ready', async () => !pod.isReady || undefined);
  await inContainer('second', 'rm', '/tmp/busy');
  await until('it is ready again', async () => pod.isReady || undefined);
});

it('one that ends is started again alone, at the same address', async () => {
  const pod = namespace.pod('two-0');
  const startedAt = async () => (await pod.docker.inspect()).State.StartedAt;
  const before = await startedAt();
  await pod.containers.get('second')?.kill({ signal: 'SIGKILL' });
  await until('it was started again', async () => pod.restarts.length > 0 || undefined);
  expect(pod.restarts).toEqual(['second: exit 137']);
  await allReady(namespace);
  expect(await startedAt()).toBe(before);
  expect(await inContainer('second', 'hostname', '-i')).toBe(`${pod.ip}\n`);
});
