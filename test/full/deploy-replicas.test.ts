import type { Cluster } from 'iovalkey';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { isPrimary, readNodes } from '../../entrypoint/cluster/nodes.ts';
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
function valkeyCli(namespace: Namespace, pod: string, ...command: string[]): Promise<{ readonly stdout: string }> {
  const run = namespace.pod(pod).exec('env', `REDISCLI_AUTH=${password}`, 'valkey-cli', ...command);
  return run.catch(() => ({ stdout: '' }));
}

/** Each replica, by its pod's name, and the pod of its primary. */
async function placesIn(namespace: Namespace, asked = 'valkey-0'): Promise<ReadonlyMap<string, string>> {
  const rows = readNodes((await valkeyCli(namespace, asked, 'CLUSTER', 'NODES')).stdout) ?? [];
  const podOf = (id: string | null): string => rows.find((row) => row.id === id)?.hostname.split('.')[0] ?? '';
  return new Map(rows.filter((row) => !isPrimary(row)).map(({ id, primary }) => [podOf(id), podOf(primary)]));
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
      }),
    timeout,
  );
});

it('replicas join a running cluster that had none, and keep off the machines of their primaries once those say where they are', {
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
    measured(
      context,
      `${keys.length} keys found; ${wrong.length} replicas were moved off the machine of their primary`,
    );
  } finally {
    client.disconnect();
  }
});
