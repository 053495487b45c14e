import type { Cluster } from 'iovalkey';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { isPrimary, readNodes } from '../../entrypoint/cluster/nodes.ts';
import type { Ran } from '../../scripts/lib/engine.ts';
import { clusterClient, lostOf, toReplica, whileWriting } from '../support/kube/clients.ts';
import { machineOf, type Namespace } from '../support/kube/namespace.ts';
import {
  allReady,
  jobDone,
  password,
  probeRestarts,
  renderCluster,
  showLogsOnFailure,
  untilGreen,
  useNamespaces,
} from '../support/kube/scope.ts';
import { measured } from '../support/measured.ts';
import { until } from '../support/until.ts';

const open = useNamespaces();
const components = ['replicas'];
// Slots move at the pace of the disk, and a rolling restart waits for each node.
const timeout = 30 * 60_000;

/** `kubectl exec <pod> -- valkey-cli`; a pod that starts cannot be asked, and says nothing. */
function valkeyCli(namespace: Namespace, pod: string, ...command: string[]): Promise<Ran> {
  const run = namespace.pod(pod).exec('env', `REDISCLI_AUTH=${password}`, 'valkey-cli', ...command);
  return run.catch((error: unknown) => ({ exitCode: -1, stdout: '', stderr: String(error) }));
}

/** Each replica, by its pod's name, and the pod of its primary. */
async function placesIn(namespace: Namespace, asked = 'valkey-0'): Promise<ReadonlyMap<string, string>> {
  const rows = readNodes((await valkeyCli(namespace, asked, 'CLUSTER', 'NODES')).stdout) ?? [];
  const podOf = (id: string | null): string => rows.find((row) => row.id === id)?.hostname.split('.')[0] ?? '';
  return new Map(rows.filter((row) => !isPrimary(row)).map(({ id, primary }) => [podOf(id), podOf(primary)]));
}

/** The id of a pod's node. */
async function idOf(namespace: Namespace, pod: string): Promise<string> {
  const rows = readNodes((await valkeyCli(namespace, 'valkey-0', 'CLUSTER', 'NODES')).stdout) ?? [];
  return rows.find(({ hostname }) => hostname.startsWith(`${pod}.`))?.id ?? '';
}

async function manage(namespace: Namespace, command: string, ...more: string[]): Promise<void> {
  const { exitCode, stdout } = await valkeyCli(namespace, 'valkey-0', '--cluster', command, '127.0.0.1:6379', ...more);
  expect(exitCode, stdout).toBe(0);
}

/** Makes one of those that stay the primary in place of a pod that is one. */
async function handOver(namespace: Namespace, pod: string, staying: readonly string[]): Promise<void> {
  const places = await placesIn(namespace);
  if (places.has(pod)) return;
  const heir = staying.find((one) => places.has(one)) ?? '';
  expect((await valkeyCli(namespace, heir, 'CLUSTER', 'REPLICATE', await idOf(namespace, pod))).stdout).toContain('OK');
  await until(`${heir} has the data of ${pod}`, async () =>
    (await valkeyCli(namespace, heir, 'INFO', 'replication')).stdout.includes('master_link_status:up')
      ? true
      : undefined,
  );
  expect((await valkeyCli(namespace, heir, 'CLUSTER', 'FAILOVER')).stdout).toContain('OK');
  await until(`${heir} is a primary`, async () => ((await placesIn(namespace)).has(heir) ? undefined : true));
}

/** Replicas on the machine of their primary. */
async function besidePrimaries(namespace: Namespace): Promise<string[]> {
  const places = await placesIn(namespace);
  return [...places].flatMap(([pod, primary]) => (machineOf(pod) === machineOf(primary) ? [`${pod} ${primary}`] : []));
}

/** What `kubectl delete job` and `kubectl apply -k` come to. */
async function applyAnew(namespace: Namespace, replicas: number): Promise<void> {
  await namespace.deleteJob('valkey-cluster');
  await namespace.apply(await renderCluster({ replicas, components }));
}

describe('three shards with a replica each, written to with WAIT 1 all the time', () => {
  let namespace: Namespace;
  let client: Cluster;
  /** What was acknowledged so far, by all tests. */
  const written: string[] = [];
  beforeAll(async () => {
    namespace = await open(await renderCluster({ replicas: 6, components }));
    await jobDone(namespace);
    await untilGreen(namespace.pod('valkey-0'));
    await allReady(namespace);
    client = clusterClient(namespace, password);
    await client.connect();
  }, timeout);
  afterAll(() => client?.disconnect());

  async function losesNothing(
    context: TestContext,
    name: string,
    body: () => Promise<void>,
    more = (): string => '',
  ): Promise<void> {
    showLogsOnFailure(() => namespace);
    const acknowledged = await whileWriting(
      client,
      name,
      async (writer) => {
        await writer.more(200);
        await body();
        await writer.more(200);
      },
      8,
      toReplica,
    );
    written.push(...acknowledged);
    expect(await lostOf(client, written)).toEqual([]);
    expect(probeRestarts(namespace)).toEqual([]);
    const figure = `${acknowledged.length} writes acknowledged by a replica, ${written.length} so far: all found`;
    measured(context, `${figure}${more()}`);
  }

  it('are formed by the Job, no replica on the machine of its primary', async () => {
    expect((await placesIn(namespace)).size).toBe(3);
    expect(await besidePrimaries(namespace)).toEqual([]);
  });

  it('the loss of a primary: its replica takes over by itself, and the node comes back as a replica', (context) => {
    let seconds = 0;
    return losesNothing(
      context,
      'failover',
      async () => {
        const [heir = ''] = [...(await placesIn(namespace))].find(([, primary]) => primary === 'valkey-0') ?? [];
        const began = performance.now();
        await namespace.takeAway('valkey-0', 'data');
        await until('the replica is a primary', async () =>
          (await placesIn(namespace, heir)).has(heir) ? undefined : true,
        );
        seconds = (performance.now() - began) / 1000;
        await namespace.replacePods(['valkey-0'], 'at once');
        await untilGreen(namespace.pod('valkey-0'));
        expect((await placesIn(namespace)).get('valkey-0')).toBe(heir);
      },
      () => `, a new primary after ${seconds.toFixed(1)} s`,
    );
  });

  it('a replica that is told to becomes the primary again', (context) =>
    losesNothing(context, 'back', async () => {
      const { stdout } = await valkeyCli(namespace, 'valkey-0', 'CLUSTER', 'FAILOVER');
      expect(stdout.trim()).toBe('OK');
      await until('valkey-0 is a primary', async () =>
        (await placesIn(namespace)).has('valkey-0') ? undefined : true,
      );
      await untilGreen(namespace.pod('valkey-0'));
    }));

  it(
    'a restart of all nodes as the page has it, replicas first: each primary hands over before it ends',
    (context) =>
      losesNothing(context, 'restart', async () => {
        const replicas = [...(await placesIn(namespace)).keys()];
        const pods = namespace.pods().map(({ name }) => name);
        for (const pod of [...replicas, ...pods.filter((name) => !replicas.includes(name))]) {
          await namespace.replacePods([pod], 'in peace');
          await until(`${pod} has its copy`, async () =>
            (await valkeyCli(namespace, pod, 'INFO', 'replication')).stdout.includes('master_link_status:up')
              ? true
              : undefined,
          );
        }
        const after = await placesIn(namespace);
        expect(replicas.filter((pod) => after.has(pod))).toEqual([]);
        // Without handing over, a primary that is away for longer than the node timeout has a successor as well.
        for (const pod of replicas) {
          const { stdout, stderr } = await namespace.pod(pod).output();
          expect(`${stdout}${stderr}`).toContain('failover primary request accepted');
        }
        await untilGreen(namespace.pod('valkey-0'));
        await allReady(namespace);
      }),
    timeout,
  );

  it('a number that makes no whole shards: the Job fails at once, and nothing changes', async () => {
    const before = await placesIn(namespace);
    await applyAnew(namespace, 7);
    const end = await namespace.job('valkey-cluster').done();
    expect(end).toMatchObject({ succeeded: false, exitCodes: [1] });
    expect(end.log).toContain('VB761');
    expect(await placesIn(namespace)).toEqual(before);
  });

  it(
    'a fourth shard',
    (context) =>
      losesNothing(context, 'shard', async () => {
        await applyAnew(namespace, 8);
        await jobDone(namespace);
        await untilGreen(namespace.pod('valkey-7'));
        expect((await placesIn(namespace)).size).toBe(4);
        expect(await besidePrimaries(namespace)).toEqual([]);
        expect((await placesIn(namespace)).get('valkey-7')).toBe('valkey-6');
      }),
    timeout,
  );
});

it('replicas join a running cluster that had none, keep off the machines of their primaries once those say where they are, and leave it again', {
  timeout,
}, async (context) => {
  const namespace = await open(await renderCluster());
  showLogsOnFailure(() => namespace);
  await jobDone(namespace);
  await untilGreen(namespace.pod('valkey-0'));
  const client = clusterClient(namespace, password);
  try {
    await client.connect();
    const keys = await whileWriting(client, 'before', ({ more }) => more(5000));
    await applyAnew(namespace, 6);
    await jobDone(namespace);
    await untilGreen(namespace.pod('valkey-5'));
    expect((await placesIn(namespace)).size).toBe(3);
    // The rollout of the changed pods: until then the first nodes do not say their machine.
    for (const ordinal of [2, 1, 0]) {
      await namespace.replacePods([`valkey-${ordinal}`], 'in peace');
      await untilGreen(namespace.pod(`valkey-${ordinal}`));
    }
    const wrong = await besidePrimaries(namespace);
    await applyAnew(namespace, 6);
    await jobDone(namespace);
    await untilGreen(namespace.pod('valkey-0'));
    expect(await besidePrimaries(namespace)).toEqual([]);
    expect(await lostOf(client, keys)).toEqual([]);

    // As the page has it: primaries among those that go hand over, then they are taken out.
    for (const pod of ['valkey-3', 'valkey-4', 'valkey-5'])
      await handOver(namespace, pod, ['valkey-0', 'valkey-1', 'valkey-2']);
    for (const pod of ['valkey-3', 'valkey-4', 'valkey-5'])
      await manage(namespace, 'del-node', await idOf(namespace, pod));
    await namespace.deleteJob('valkey-cluster');
    await namespace.apply(await renderCluster());
    await jobDone(namespace);
    await untilGreen(namespace.pod('valkey-0'));
    expect((await placesIn(namespace)).size).toBe(0);
    expect(await lostOf(client, keys)).toEqual([]);
    measured(
      context,
      `${keys.length} keys found; ${wrong.length} replicas were moved off the machine of their primary`,
    );
  } finally {
    client.disconnect();
  }
});
