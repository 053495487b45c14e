import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { images } from '../support/docker-engine.ts';
import type { KubeObject } from '../support/kube/manifest.ts';
import type { Namespace } from '../support/kube/namespace.ts';
import { formAsOperator, makeCoordinatorImage, modulesOf, operatorObjects } from '../support/kube/operator.ts';
import type { Pod } from '../support/kube/pod.ts';
import { execCommandsOf, renderFolder } from '../support/kube/render.ts';
import { untilGreen, useNamespaces } from '../support/kube/scope.ts';
import { readPage } from '../support/pages.ts';
import { checkPatience } from '../support/patience.ts';
import { until } from '../support/until.ts';

const password = 'of-the-operator';
const arguments9 = [
  '--use-coordinator',
  '--reader-threads',
  '8',
  '--writer-threads',
  '4',
  '--hnsw-block-size',
  '10000',
];

let coordinator: Awaited<ReturnType<typeof makeCoordinatorImage>>;
beforeAll(async () => {
  coordinator = await makeCoordinatorImage();
});
// Hooks after tests run in reverse: the namespaces, which are opened below, go before the image that their pods run.
afterAll(() => coordinator.remove());
const open = useNamespaces();

/** One node is enough where only its start is asked for: each of them starts alike. */
async function oneNode(objects: readonly KubeObject[], name: string): Promise<Pod> {
  const one = objects.map(
    (object) => JSON.parse(JSON.stringify(object).replace(/"replicas":\d+/, '"replicas":1')) as KubeObject,
  );
  const namespace = await open(one);
  return namespace.pod(name);
}

async function instanceOf(folder: string, image: string): Promise<KubeObject> {
  const instance = (await renderFolder(folder, image)).find(({ kind }) => kind === 'Valkey');
  if (instance === undefined) throw new Error(`${folder} renders no Valkey`);
  return instance;
}

const others = { json: [], bf: [], ldap: [] };

describe('a pod as the fork with spec.modules makes it', () => {
  it('loads every module once, search with the arguments of the instance, by its unquoted loadmodule line', async () => {
    const pod = await oneNode(
      operatorObjects(await instanceOf('operator/kailas', images.test), password),
      'valkey-cluster-0',
    );
    expect(await modulesOf(pod, [`REDISCLI_AUTH=${password}`])).toEqual({ ...others, search: arguments9 });
  });
});

describe('a pod as hyperspike’s operator makes it', () => {
  let pod: Pod;
  beforeAll(async () => {
    pod = await oneNode(
      operatorObjects(await instanceOf('operator/hyperspike', coordinator.name), password),
      'valkey-cluster-0',
    );
  });

  it('loads every module once, search with the coordinator of the image’s variant', async () => {
    expect(await modulesOf(pod, [`REDISCLI_AUTH=${password}`])).toEqual({ ...others, search: ['--use-coordinator'] });
  });

  it('becomes ready by the operator’s probes, as user 1001 on a read-only root', async () => {
    await until('it is ready', async () => (pod.isReady ? true : undefined));
    expect((await pod.exec('id', '-u')).stdout.trim()).toBe('1001');
    expect((await pod.exec('touch', '/x')).stderr).toContain('Read-only file system');
    expect(pod.restarts).toEqual([]);
  });

  it('keeps the other nodes’ keys when one is away, as the image has it where no configuration is ours', async () => {
    const asked = await pod.exec('valkey-cli', 'CONFIG', 'GET', 'cluster-require-full-coverage');
    expect(asked.stdout).toBe('cluster-require-full-coverage\nno\n');
  });

  it('has the programs that the operator calls', async () => {
    const programs = ['sh', 'timeout', 'awk', 'grep', 'tr', 'wc', 'head', 'valkey-cli', '/bin/chown'];
    const missing = `for program in ${programs.join(' ')}; do command -v $program >/dev/null || echo $program; done`;
    expect((await pod.exec('sh', '-c', missing)).stdout).toBe('');
  });
});

describe('three pods as hyperspike’s operator makes and joins them', () => {
  let namespace: Namespace;
  beforeAll(async () => {
    namespace = await open(operatorObjects(await instanceOf('operator/hyperspike', coordinator.name), password));
    await formAsOperator(namespace);
    for (const pod of namespace.pods()) await untilGreen(pod);
  });

  const commands = execCommandsOf(readPage('docs/operate/operators.md'), 'valkey-cluster');
  it.each(commands)('what the page runs there works: $pod, $command', async ({ pod, command }) => {
    const ran = await namespace.pod(pod).exec('sh', '-c', command);
    expect(ran.exitCode, `${ran.stdout}${ran.stderr}`).toBe(0);
    expect(`${ran.stdout}${ran.stderr}`).not.toMatch(/NOAUTH|WRONGPASS/);
  });

  it('every node reaches the coordinator of every node', async () => {
    for (const pod of namespace.pods()) {
      const { stdout } = await pod.exec('valkey-bundle', 'cluster', 'check', ...checkPatience);
      expect(stdout).toMatch(/ok +ports .*coordinator of 3 nodes can be reached from here/);
    }
  });

  it('announces the names that the operator’s headless service gives the pods, though its configuration says none', async () => {
    const pods = ['valkey-cluster-0', 'valkey-cluster-1', 'valkey-cluster-2'];
    const names = pods.map((name) => `${name}.valkey-cluster-headless.valkey.svc.cluster.local`);
    const nodes = (await namespace.pod('valkey-cluster-2').exec('valkey-cli', 'CLUSTER', 'NODES')).stdout;
    expect(names.filter((name) => !nodes.includes(`,${name}`))).toEqual([]);
    expect(names.map((name) => namespace.zone()[name])).toEqual(pods.map((name) => [namespace.pod(name).ip]));
  });

  it('is a cluster that `ensure` finds nothing to do in', async () => {
    const nodes = namespace.pods().map(({ name }) => `${name}.valkey-cluster-headless:6379`);
    const ran = await namespace
      .pod('valkey-cluster-0')
      .exec('valkey-bundle', 'cluster', 'ensure', '--nodes', nodes.join());
    expect(ran.exitCode, ran.stderr).toBe(0);
    expect(ran.stdout).toMatch(/^ok: 3 nodes/);
  });
});
