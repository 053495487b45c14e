import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster } from 'iovalkey';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { clusterClient, lostOf, whileWriting } from '../support/kube/clients.ts';
import type { Namespace } from '../support/kube/namespace.ts';
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
const all = ['valkey-0', 'valkey-1', 'valkey-2'] as const;
const nodeTimeoutMs = 5000;

/** One cluster for all: each fault has to leave it as it was, or the next one fails. Without replicas; every write reaches the disk. */
describe('a cluster of three, written to all the time', () => {
  let namespace: Namespace;
  let client: Cluster;
  beforeAll(async () => {
    namespace = await open(await renderCluster({ extraFlags: '--appendfsync always' }));
    await jobDone(namespace);
    await untilGreen(namespace.pod('valkey-0'));
    await allReady(namespace);
    client = clusterClient(namespace, password);
    await client.connect();
  });
  afterAll(() => client?.disconnect());

  /** Writes before, during and after the fault; then nothing that was acknowledged may be missing, and the cluster is green by itself. */
  async function survives(context: TestContext, name: string, fault: () => Promise<void>): Promise<void> {
    showLogsOnFailure(() => namespace);
    const acknowledged = await whileWriting(client, name, async ({ more }) => {
      await more(200);
      await fault();
      await untilGreen(namespace.pod('valkey-0'));
      await allReady(namespace);
      await more(200);
    });
    expect(await lostOf(client, acknowledged)).toEqual([]);
    expect(probeRestarts(namespace)).toEqual([]);
    measured(context, `${acknowledged.length} acknowledged writes, all found`);
  }

  it('survives SIGKILL of one node', (context) => survives(context, 'kill-one', () => kill(['valkey-1'])));

  it('survives SIGKILL of all nodes at once', (context) => survives(context, 'kill-all', () => kill(all)));

  it('survives one node that comes back with another address', (context) =>
    survives(context, 'move-one', async () => {
      const before = namespace.pod('valkey-2').ip;
      await namespace.replacePods(['valkey-2'], 'at once');
      expect(namespace.pod('valkey-2').ip).not.toBe(before);
    }));

  it('survives the loss of every pod and every address at once', (context) =>
    survives(context, 'move-all', async () => {
      const before = namespace.pods().map(({ ip }) => ip);
      await namespace.replacePods(all, 'at once');
      expect(namespace.pods().filter(({ ip }) => before.includes(ip))).toEqual([]);
    }));

  it('survives that once more, with every node ending in peace', (context) =>
    survives(context, 'move-all-in-peace', () => namespace.replacePods(all, 'in peace')));

  it('survives that while the name server keeps the former addresses for five more seconds', (context) =>
    survives(context, 'move-all-behind-cache', async () => {
      await namespace.replacePods(all, 'at once', 5);
      // Each has waited, and found the others; or was found by one that had waited.
      const logs = await Promise.all(all.map((name) => healed(name)));
      expect(logs.filter((log) => log.includes('VB754'))).toHaveLength(all.length);
      expect(logs.join()).not.toContain('VB755');
    }));

  it('survives one node cut from the network for twice the node timeout', (context) =>
    survives(context, 'cut-one', async () => {
      const { docker, ip } = namespace.pod('valkey-0');
      await namespace.network.disconnect(docker);
      // The fault is this time itself.
      await pause(2 * nodeTimeoutMs);
      await until('the others have given it up', async () => {
        const ask = ['env', `REDISCLI_AUTH=${password}`, 'valkey-cli', 'CLUSTER', 'INFO'] as const;
        const { stdout } = await namespace.pod('valkey-1').exec(...ask);
        return /^cluster_slots_fail:[1-9]/m.test(stdout) ? true : undefined;
      });
      await namespace.network.connect(docker, ip);
    }));

  /** What the entrypoint said of a start, once the server runs. */
  async function healed(name: string): Promise<string> {
    return until(`${name} has started its server`, async () => {
      const { stdout, stderr } = await namespace.pod(name).output();
      return stdout.includes('Ready to accept connections') ? stderr : undefined;
    });
  }

  /** Until each has been restarted, as the kubelet does. */
  async function kill(names: readonly string[]): Promise<void> {
    const pods = names.map((name) => namespace.pod(name));
    const before = pods.map(({ restarts }) => restarts.length);
    await Promise.all(pods.map((pod) => pod.kill()));
    const all = async () =>
      pods.every(({ restarts }, index) => restarts.length > (before[index] ?? 0)) ? true : undefined;
    await until(`${names.join(', ')} have been restarted`, all);
  }
});
