import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { paths } from '../../scripts/lib/workspace.ts';
import { type KubeObject, nameOf, readManifest } from '../support/kube/manifest.ts';
import { renderStatefulSet } from '../support/kube/render.ts';
import type { CronJob } from '../support/kube/schema.ts';
import { mayReach, problemsOf } from '../support/kube/validate.ts';

const image = 'registry.example.com/own:1.2.3';
const render = (components: readonly string[], replicas = 3) =>
  renderStatefulSet('overlays/k3s', {
    image,
    password: 'of the test',
    components,
    replicas,
    files: { 'components/backup-s3/rclone.conf': '[backup]\ntype = local\n' },
  });

let base: readonly KubeObject[];
beforeAll(async () => {
  base = await render([]);
});

const cronJobOf = (objects: readonly KubeObject[]): CronJob | undefined =>
  readManifest(objects).cronJobs.find(({ metadata }) => metadata.name === 'valkey-backup');
const exitCodesOf = (objects: readonly KubeObject[], name: string): readonly number[] =>
  (cronJobOf(objects)?.spec.jobTemplate.spec.podFailurePolicy?.rules ?? [])
    .filter(({ onExitCodes }) => onExitCodes.containerName === name)
    .flatMap(({ onExitCodes }) => onExitCodes.values);

describe.each<[string, string[], string[]]>([
  [
    'backup',
    ['backup'],
    ['CronJob valkey-backup', 'CronJob valkey-backup-check', 'PersistentVolumeClaim valkey-backup'],
  ],
  ['backup-s3', ['backup-s3'], ['CronJob valkey-backup', 'ConfigMap valkey-backup-scripts', 'Secret valkey-rclone']],
])('the component %s', (_, components, added) => {
  let objects: readonly KubeObject[];
  beforeAll(async () => {
    objects = await render(components);
  });
  it('adds what it is made of, and changes nothing else', () => {
    const names = base.map(nameOf);
    const withoutHash = (object: KubeObject): string => nameOf(object).replace(/-[a-z0-9]{10}$/, '');
    const isOfBase = (object: KubeObject): boolean => names.includes(nameOf(object));
    expect(
      objects
        .filter((object) => !isOfBase(object))
        .map(withoutHash)
        .sort(),
    ).toEqual([...added].sort());
    expect(objects.filter(isOfBase)).toEqual(base);
  });
  it('is what the API takes, in the namespace of the nodes', async () => {
    for (const object of objects) {
      expect(await problemsOf(object)).toEqual([]);
      if (object.kind !== 'Namespace')
        expect([nameOf(object), object.metadata.namespace]).toEqual([nameOf(object), 'valkey']);
    }
  });
  it('runs the image of the nodes, with no password in its arguments', () => {
    const { containers, initContainers = [] } = cronJobOf(objects)?.spec.jobTemplate.spec.template.spec ?? {};
    const backup = [...initContainers, ...(containers ?? [])].find(({ name }) => name === 'backup');
    expect(backup?.image).toBe(image);
    expect(JSON.stringify(backup)).not.toMatch(/REDISCLI_AUTH|--pass|of the test/);
    expect(backup?.env).toContainEqual({ name: 'VALKEY_PASSWORD_FILE', value: '/run/secrets/valkey/password' });
  });
  it('fails at once on what does not pass with time, and tries again what does', () => {
    expect(exitCodesOf(objects, 'backup')).toEqual([1, 64, 66, 73, 78]);
  });
  it('has no pod that a service takes for a node, or that a policy lets reach more than the port of clients', () => {
    const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy');
    const node = { 'app.kubernetes.io/name': 'valkey', 'app.kubernetes.io/component': 'node' };
    const portsFor = (labels: Record<string, string> = {}): number[] =>
      [6379, 9121, 16379, 26673].filter((port) =>
        mayReach(policies, { namespace: 'valkey', labels }, { namespace: 'valkey', labels: node }, port),
      );
    const { services, cronJobs } = readManifest(objects);
    expect(cronJobs).toHaveLength(added.filter((name) => name.startsWith('CronJob ')).length);
    for (const { labels } of cronJobs.map(({ spec }) => spec.jobTemplate.spec.template.metadata)) {
      for (const { spec } of services) expect(labels).not.toMatchObject(spec.selector);
      expect(portsFor(labels)).toEqual([6379]);
    }
    expect(portsFor(node)).toContain(16379);
  });
});

describe.each([
  ['restore', ['restore']],
  ['restore-s3', ['backup-s3', 'restore-s3']],
])('the component %s', (_, components) => {
  it('adds containers that run before the server, for as many nodes as there are, with their image', async () => {
    const objects = await render(components, 5);
    for (const object of objects) expect(await problemsOf(object)).toEqual([]);
    const [set] = readManifest(objects).statefulSets;
    const restore = set?.spec.template.spec.initContainers?.find(({ name }) => name === 'restore');
    expect(restore?.image).toBe(image);
    expect(restore?.env).toContainEqual({ name: 'NODES', value: '5' });
    const [plain] = readManifest(await render([], 5)).statefulSets;
    expect(set?.spec.template.spec.containers).toEqual(plain?.spec.template.spec.containers);
  });
});

it.each(['backup', 'backup-s3'])(
  'the component %s runs each night, but not while a restore is applied',
  async (name) => {
    const nightly = async (...more: string[]): Promise<unknown> =>
      (await render([name, ...more])).find((object) => nameOf(object) === 'CronJob valkey-backup');
    expect(await nightly()).toMatchObject({ spec: { suspend: false } });
    const restore = name === 'backup' ? 'restore' : 'restore-s3';
    expect(await nightly(restore)).toMatchObject({ spec: { suspend: true } });
  },
);

it.each(['backup', 'backup-s3'])('the component tls after %s has the backup speak TLS too', async (name) => {
  const objects = await render([name, 'tls']);
  for (const object of objects) expect(await problemsOf(object)).toEqual([]);
  const { volumes, containers, initContainers = [] } = cronJobOf(objects)?.spec.jobTemplate.spec.template.spec ?? {};
  const backup = [...initContainers, ...(containers ?? [])].find((container) => container.name === 'backup');
  const [job] = readManifest(objects).jobs;
  const ofTls = (value: unknown): boolean => JSON.stringify(value).includes('valkey-tls');
  const [like] = job?.spec.template.spec.containers ?? [];
  expect(backup?.env?.filter(ofTls)).toHaveLength(3);
  expect(backup?.env?.filter(ofTls)).toEqual(like?.env?.filter(ofTls));
  expect(backup?.volumeMounts?.filter(ofTls)).toEqual(like?.volumeMounts?.filter(ofTls));
  expect(volumes).toContainEqual(job?.spec.template.spec.volumes?.find(ofTls));
});

it('rclone.conf is delivered by nobody, and git does not take it', () => {
  const ignored = readFileSync(join(paths.root, 'deploy/statefulset/components/backup-s3/.gitignore'), 'utf8');
  expect(ignored).toBe('rclone.conf\n');
});
