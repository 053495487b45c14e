import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureKubectl } from '../../scripts/lib/programs.ts';
import { always, type KubeObject, nameOf, readManifest } from '../support/kube/manifest.ts';
import { operatorObjects } from '../support/kube/operator.ts';
import { renderFolder, renderMade, renderStatefulSet } from '../support/kube/render.ts';
import { mayReach, problemsOf } from '../support/kube/validate.ts';
import { bodiesOf, readPage } from '../support/pages.ts';

const password = 'of the test\n';
let base: KubeObject[];
let k3s: KubeObject[];

beforeAll(async () => {
  base = await renderStatefulSet('base', { password });
  k3s = await renderStatefulSet('overlays/k3s', { password });
});

const find = (objects: readonly KubeObject[], name: string): KubeObject => {
  const found = objects.find((object) => nameOf(object) === name);
  if (found === undefined) throw new Error(`${name} is not among ${objects.map(nameOf).join(', ')}`);
  return found;
};
const instanceIn = async (folder: string): Promise<KubeObject> =>
  find(await renderFolder(folder), 'Valkey valkey-cluster');
const problemsOfAll = async (objects: readonly KubeObject[]) => (await Promise.all(objects.map(problemsOf))).flat();
/** The object with one text of it replaced: a typing error. */
const misspelled = (object: KubeObject, text: string, wrong: string): KubeObject => {
  const json = JSON.stringify(object);
  if (!json.includes(text)) throw new Error(`${nameOf(object)} has no ${text}`);
  return JSON.parse(json.replace(text, wrong)) as KubeObject;
};

describe('the rendered manifests', () => {
  it('hold what the issue lists, in the namespace valkey', () => {
    expect(k3s.map(nameOf).toSorted()).toEqual([
      expect.stringMatching(/^ConfigMap valkey-config-[a-z0-9]{10}$/),
      'Job valkey-cluster',
      'Namespace valkey',
      'NetworkPolicy valkey',
      'PodDisruptionBudget valkey',
      'Secret valkey',
      'Service valkey',
      'Service valkey-headless',
      'StatefulSet valkey',
    ]);
    const inNamespace = k3s.filter(({ kind }) => kind !== 'Namespace').map(({ metadata }) => metadata.namespace);
    expect(new Set(inNamespace)).toEqual(new Set(['valkey']));
  });

  it('are what the API’s own types allow', async () => {
    expect(await problemsOfAll([...base, ...k3s])).toEqual([]);
  });

  it.each([
    ['a field that the type does not have', 'readOnlyRootFilesystem', 'readOnlyRootFileSystem'],
    ['a value of another type', '"replicas":3', '"replicas":"three"'],
    ['a field in the wrong place', '"fsGroup":999', '"fsgroup":999'],
    ['an unknown field that is an empty object', '"emptyDir":{"sizeLimit":"64Mi"}', '"emptydir":{},"emptyDir":{}'],
    ['an unknown field that is an empty list', '"podManagementPolicy"', '"podPolicies":[],"podManagementPolicy"'],
  ])('%s would be found', async (_what, text, wrong) => {
    expect(await problemsOf(misspelled(find(k3s, 'StatefulSet valkey'), text, wrong))).not.toEqual([]);
  });

  it('are all that the harness runs, or list why not', () => {
    const { notRun } = readManifest(k3s);
    const rows = [...notRun, ...always].map(({ field, reason }) => `  ${field}: ${reason}`);
    console.log(`Not run by the harness:\n${rows.join('\n')}`);
    expect(notRun.length).toBeGreaterThan(0);
  });

  it('need a password: without one nothing is rendered', async () => {
    await expect(renderStatefulSet('overlays/k3s')).rejects.toThrow(/password\.txt/);
  });

  it('of k3s take volumes of the class hcloud-volumes, those of the base the default', () => {
    expect(JSON.stringify(find(k3s, 'StatefulSet valkey'))).toContain('"storageClassName":"hcloud-volumes"');
    expect(JSON.stringify(base)).not.toContain('storageClassName');
  });

  it.each([3, 5, 12])('scale by one number: %i nodes', async (replicas) => {
    const { statefulSets, jobs } = readManifest(await renderStatefulSet('overlays/k3s', { password, replicas }));
    expect(statefulSets.map(({ spec }) => spec.replicas)).toEqual([replicas]);
    expect(jobs[0]?.spec.template.spec.containers[0]?.env).toContainEqual({ name: 'NODES', value: String(replicas) });
  });

  it('restart the nodes when the configuration changes', async () => {
    const changed = await renderStatefulSet('overlays/k3s', { password, conf: ['maxclients 100'] });
    const configOf = (objects: readonly KubeObject[]) =>
      readManifest(objects).statefulSets[0]?.spec.template.spec.volumes?.[0];
    expect(configOf(changed)).toMatchObject({ configMap: { name: expect.stringMatching(/^valkey-config-/) } });
    expect(configOf(changed)).not.toEqual(configOf(k3s));
  });

  it('give every container the least', () => {
    const { statefulSets, jobs } = readManifest(k3s);
    for (const { spec } of [...statefulSets, ...jobs]) {
      expect(spec.template.spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 999, fsGroup: 999 });
      expect(spec.template.spec.containers.map(({ securityContext }) => securityContext)).toEqual([
        { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
      ]);
    }
  });

  it('say every port of a service that a node has', () => {
    const { services, statefulSets } = readManifest(k3s);
    const ports = statefulSets[0]?.spec.template.spec.containers[0]?.ports?.map(({ name, containerPort }) => [
      name,
      containerPort,
    ]);
    const known = new Map<string, number>(ports?.map(([name, port]) => [String(name), Number(port)]));
    for (const { spec } of services)
      for (const { port, targetPort } of spec.ports) expect(known.get(targetPort)).toBe(port);
    const headless = services.find(({ spec }) => spec.clusterIP === 'None');
    expect(headless?.spec.ports.map(({ port }) => port)).toEqual([6379, 16379, 26673]);
  });
});

describe('a kustomization of one’s own, as docs/operate/scale.md has it', () => {
  const blocks = bodiesOf('docs/operate/scale.md').filter((block) => block.includes('overlays/own/kustomization.yaml'));
  const made = async (script: string) => readManifest(await renderMade(script, 'overlays/own'));
  const nodesOf = ({ statefulSets, jobs }: Awaited<ReturnType<typeof made>>) => [
    statefulSets[0]?.spec.replicas,
    jobs[0]?.spec.template.spec.containers[0]?.env?.[0],
  ];

  it('gives the Job its number', async () => {
    expect(nodesOf(await made(blocks[0] ?? ''))).toEqual([5, { name: 'NODES', value: '5' }]);
  });

  it('would give the Job three without the transformer', async () => {
    const without = (blocks[0] ?? '').replace('transformers: [../../scale]\n', '');
    expect(nodesOf(await made(without))).toEqual([5, { name: 'NODES', value: '3' }]);
  });

  it('takes another cluster domain and a digest, in the pods and in the Job', async () => {
    const { statefulSets, jobs } = await made(blocks.join(''));
    const [node, job] = [statefulSets[0], jobs[0]].map((one) => one?.spec.template.spec.containers[0]);
    expect(node?.args).toContain('$(POD_NAME).valkey-headless.$(POD_NAMESPACE).svc.example.internal');
    expect(JSON.stringify(statefulSets)).not.toContain('cluster.local');
    const pinned = /^ghcr\.io\/kailas-cloud\/valkey-bundle(:9\.0-coordinator)?@sha256:0{64}$/;
    expect([node?.image, job?.image]).toEqual([expect.stringMatching(pinned), expect.stringMatching(pinned)]);
  });
});

describe('the pages’ wait for the Job', () => {
  const pages = ['deploy/README.md', 'docs/operate/scale.md', 'docs/operate/upgrade.md'];
  const blocks = pages.flatMap(bodiesOf).filter((block) => block.includes('logs job/valkey-cluster\n'));
  const waits = blocks.map((block) => /^for .*get job.*\n.*logs.*\n/m.exec(block)?.[0] ?? block);

  it('is in each block that applies one, and never waits for one end alone', () => {
    expect(waits).toHaveLength(3);
    for (const wait of waits) expect(wait).toMatch(/^for i in \$\(seq \d+\); do kubectl -n valkey get job /);
    for (const page of pages) expect(readPage(page)).not.toContain('--for=condition=complete');
  });

  const ends = [
    ['SuccessCriteriaMet', 'Complete'],
    ['FailureTarget', 'Failed'],
  ] as const;
  it.each(ends)('ends once the Job has the condition after %s: %s, and shows its log', async (before, end) => {
    const looks = [[], [before], [before, end]];
    for (const wait of new Set(waits))
      for (const shell of ['sh', 'bash'])
        expect(await waitForJob(shell, wait, looks)).toBe(`${before} ${end}\nwhat the Job said\n`);
  });
});

/**
 * Runs the commands where each look at the Job shows the next conditions, through kubectl's own jsonpath, and sleeping
 * takes no time.
 */
async function waitForJob(shell: string, script: string, looks: readonly (readonly string[])[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'job-'));
  try {
    for (const [index, types] of looks.entries()) {
      const conditions = types.map((type) => ({ type, status: 'True' }));
      const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'valkey-cluster' } };
      const status = types.length === 0 ? {} : { conditions };
      await writeFile(join(folder, `${index}.json`), JSON.stringify({ ...job, spec: { template: {} }, status }));
    }
    const kubectl = `#!/bin/sh
next=$(ls ${folder}/*.json | head -1)
case "$*" in
  '-n valkey get job valkey-cluster -o jsonpath='*)
    ${await ensureKubectl()} annotate --local -f "$next" looked=true -o "$7"
    rm "$next" ;;
  '-n valkey logs job/valkey-cluster') echo what the Job said ;;
  *) exit 1 ;;
esac
`;
    await writeFile(join(folder, 'kubectl'), kubectl, { mode: 0o755 });
    await writeFile(join(folder, 'sleep'), '#!/bin/sh\n', { mode: 0o755 });
    const env = { PATH: `${folder}:${process.env['PATH']}` };
    return (await execa(shell, ['-c', script], { env, stripFinalNewline: false })).stdout;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe('the network policy', () => {
  const node = { 'app.kubernetes.io/name': 'valkey', 'app.kubernetes.io/component': 'node' };
  const peers = {
    node: { namespace: 'valkey', labels: node },
    'the Job': { namespace: 'valkey', labels: { ...node, 'app.kubernetes.io/component': 'cluster' } },
    'a pod of the namespace': { namespace: 'valkey', labels: {} },
    'a pod of another namespace': { namespace: 'redcat', labels: {} },
    'a pod of another namespace with the nodes’ labels': { namespace: 'redcat', labels: node },
  } as const;
  it.each(Object.keys(peers) as (keyof typeof peers)[])('lets %s reach what it should', (who) => {
    const policies = k3s.filter(({ kind }) => kind === 'NetworkPolicy');
    const open = [6379, 16379, 26673].filter((port) => mayReach(policies, peers[who], peers.node, port));
    expect(open).toEqual(who === 'node' ? [6379, 16379, 26673] : [6379]);
  });
  it('selects the pods of the StatefulSet, whose labels these are', () => {
    expect(readManifest(k3s).statefulSets[0]?.spec.template.metadata.labels).toEqual(node);
  });
});

describe.each([
  ['operator/hyperspike', 'hyperspike.io/v1'],
  ['operator/kailas', 'kailas.cloud/v1'],
])('the instance in %s', (folder, apiVersion) => {
  it('is what the operator’s definition allows', async () => {
    const objects = await renderFolder(folder);
    expect(objects.map((object) => [object.apiVersion, nameOf(object), object.metadata.namespace]).toSorted()).toEqual([
      [apiVersion, 'Valkey valkey-cluster', 'valkey'],
      ['networking.k8s.io/v1', 'NetworkPolicy valkey-cluster', 'valkey'],
    ]);
    expect(await problemsOfAll(objects)).toEqual([]);
  });
  it('has three nodes without replicas, 10Gi each, and more memory than the operator’s default', async () => {
    expect(await instanceIn(folder)).toMatchObject({
      spec: {
        nodes: 3,
        replicas: 0,
        storage: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } } } },
        resources: { limits: { memory: '2Gi' } },
      },
    });
  });
  it.each([
    ['a field that it does not have', '"nodes"', '"node"'],
    ['a claim without accessModes', '"accessModes"', '"accessMode"'],
    ['a quantity that is none', '"10Gi"', '"10 GB"'],
  ])('would be refused with %s', async (_what, text, wrong) => {
    expect(await problemsOf(misspelled(await instanceIn(folder), text, wrong))).not.toEqual([]);
  });

  it('lets nobody but its own pods reach bus and coordinator, and every namespace 6379', async () => {
    const objects = await renderFolder(folder);
    const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy');
    const made = readManifest(operatorObjects(await instanceIn(folder), password));
    const labels = made.statefulSets[0]?.spec.template.metadata.labels ?? {};
    const node = { namespace: 'valkey', labels };
    const open = (from: typeof node): number[] =>
      [6379, 16379, 26673].filter((port) => mayReach(policies, from, node, port));
    expect(open(node)).toEqual([6379, 16379, 26673]);
    expect(open({ namespace: 'valkey', labels: { ...labels, 'app.kubernetes.io/instance': 'other' } })).toEqual([6379]);
    expect(open({ namespace: 'valkey-operator-system', labels: {} })).toEqual([6379]);
  });
});

it('only the fork’s instance names modules', async () => {
  const hyperspike = await instanceIn('operator/hyperspike');
  const kailas = await instanceIn('operator/kailas');
  expect(JSON.stringify(hyperspike)).not.toContain('modules');
  expect(kailas).toMatchObject({
    spec: { modules: [{ path: '/usr/lib/valkey/libsearch.so', args: expect.arrayContaining(['--use-coordinator']) }] },
  });
});
