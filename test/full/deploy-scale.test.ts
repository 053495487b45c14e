import { expect, it } from 'vitest';
import { clusterClient, lostOf, whileWriting } from '../support/kube/clients.ts';
import {
  allReady,
  clusterCommand,
  jobDone,
  password,
  renderCluster,
  untilGreen,
  useNamespaces,
} from '../support/kube/scope.ts';
import { measured } from '../support/measured.ts';

const open = useNamespaces();
// Slots move at the pace of the disk: each one is recorded by every node.
const timeout = 30 * 60_000;
const keys = Array.from({ length: 100_000 }, (_, index) => `key:${index}`);

it('scales from three to five by one number: no key of 100,000 is lost, writes go on, slots are balanced within 5 %', {
  timeout,
}, async (context) => {
  const namespace = await open(await renderCluster());
  await jobDone(namespace);
  await untilGreen(namespace.pod('valkey-0'));
  const client = clusterClient(namespace, password);
  try {
    await client.connect();
    for (let from = 0; from < keys.length; from += 1000)
      await Promise.all(keys.slice(from, from + 1000).map((key) => client.set(key, key)));

    let seconds = 0;
    const scale = async (): Promise<void> => {
      const began = performance.now();
      // kubectl -n valkey delete job valkey-cluster && kubectl apply -k deploy/statefulset/overlays/k3s, with the number changed
      await namespace.deleteJob('valkey-cluster');
      await namespace.apply(await renderCluster({ replicas: 5 }));
      await jobDone(namespace);
      await untilGreen(namespace.pod('valkey-0'));
      seconds = (performance.now() - began) / 1000;
    };
    const meanwhile = await whileWriting(client, 'meanwhile', scale, 2);

    expect(meanwhile.length).toBeGreaterThan(100);
    expect(await lostOf(client, [...keys, ...meanwhile])).toEqual([]);
    const slots = await slotsPerNode();
    expect(slots).toHaveLength(5);
    for (const count of slots) expect(Math.abs(count - 16384 / 5) / (16384 / 5)).toBeLessThan(0.05);
    measured(
      context,
      `${keys.length} keys and ${meanwhile.length} writes meanwhile: none lost; ${seconds.toFixed(0)} s; slots ${slots.join(', ')}`,
    );
    await allReady(namespace);

    const again = await clusterCommand(namespace, 'ensure');
    expect(again.exitCode, again.stderr).toBe(0);
    expect(await slotsPerNode()).toEqual(slots);
  } finally {
    client.disconnect();
  }

  async function slotsPerNode(): Promise<number[]> {
    const reply: unknown = await client.call('CLUSTER', 'SLOTS');
    const owners = new Map<string, number>();
    for (const [first, last, node] of reply as [number, number, [string, number, string]][])
      owners.set(node[2], (owners.get(node[2]) ?? 0) + last - first + 1);
    return [...owners.values()].toSorted((a, b) => a - b);
  }
});
