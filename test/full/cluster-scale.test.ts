import { Cluster } from 'iovalkey';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outputOf } from '../../scripts/lib/engine.ts';
import { type ClusterNode, named, untilState, useClusterNetwork } from '../support/cluster-network.ts';
import { lostOf, whileWriting } from '../support/kube/clients.ts';
import { measured } from '../support/measured.ts';
import { checkPatience } from '../support/patience.ts';
import { until } from '../support/until.ts';

const KEYS = 100_000;
/** Sixteen thousand slots are moved one by one: on a busy machine that takes minutes. */
const LONG_MS = 900_000;
const network = useClusterNetwork();
let nodes: ClusterNode[] = [];
const clients: Cluster[] = [];

const make = (names: readonly string[], first: number): Promise<ClusterNode[]> =>
  Promise.all(
    names.map((name, index) =>
      network.node(name, { host: first + index, inMemory: true, args: ['--cluster-node-timeout', '5000'] }),
    ),
  );
const ensure = (): Promise<{ exitCode: number; stderr: string }> =>
  network.tool('cluster', 'ensure', '--nodes', named(nodes));

beforeAll(async () => {
  nodes = await make(['n1', 'n2', 'n3'], 11);
  // Cut off while it makes the cluster: as soon as a node owns slots.
  const job = await network.job('cluster', 'ensure', '--nodes', named(nodes));
  await until('a node owns slots', async () => ((await slotsOf(nodes)).some((slots) => slots > 0) ? true : undefined), {
    everyMs: 5,
  });
  await job.kill();
  expect((await job.wait()).StatusCode).toBe(137);
});

afterAll(() => {
  for (const client of clients) client.disconnect();
});

/** A new one each time: with batches of commands an older one stumbles over slots that have moved since. */
function connect(): Cluster {
  const client = new Cluster(
    nodes.map(({ ip }) => ({ host: ip, port: 6379 })),
    { enableAutoPipelining: true, clusterRetryStrategy: (times) => Math.min(100 * times, 1000) },
  );
  client.on('error', () => {});
  clients.push(client);
  return client;
}

/** How many slots each node claims. */
async function slotsOf(list: readonly ClusterNode[]): Promise<number[]> {
  const own = await Promise.all(list.map((node) => node.cli('CLUSTER', 'NODES')));
  return own.map((text) =>
    (text.split('\n').find((line) => line.includes('myself')) ?? '')
      .split(' ')
      .slice(8)
      .filter((word) => !word.startsWith('['))
      .map((range) => range.split('-').map(Number))
      .reduce((total, [first = 0, last = first]) => total + last - first + 1, 0),
  );
}

/** Each node's share is within 5 % of an even one. */
async function expectBalance(): Promise<void> {
  const even = 16_384 / nodes.length;
  for (const slots of await slotsOf(nodes)) expect(Math.abs(slots - even) / even).toBeLessThan(0.05);
}

/** Every key of the first ones has its value. */
async function expectKeys(): Promise<void> {
  const client = connect();
  let wrong = 0;
  await inBatches(KEYS, async (index) => {
    if ((await client.get(`key:${index}`)) !== `value ${index}`) wrong += 1;
  });
  expect(wrong).toBe(0);
}

async function inBatches(count: number, run: (index: number) => Promise<unknown>): Promise<void> {
  for (let first = 0; first < count; first += 1000)
    await Promise.all(Array.from({ length: Math.min(1000, count - first) }, (_, index) => run(first + index)));
}

describe('a creation that was cut off', () => {
  it(
    'is finished by the next run',
    async () => {
      expect(await ensure()).toMatchObject({ exitCode: 0 });
      await untilState(nodes, 'ok');
      await expectBalance();
      const client = connect();
      await inBatches(KEYS, (index) => client.set(`key:${index}`, `value ${index}`));
      await expectKeys();
    },
    LONG_MS,
  );
});

describe('scaling from three to five nodes', () => {
  it(
    'balances the slots within 5 %, loses none of 100,000 keys, and writes go on meanwhile',
    async (context) => {
      nodes = [...nodes, ...(await make(['n4', 'n5'], 21))];
      const running = ensure();
      let isOver = false;
      running.finally(() => {
        isOver = true;
      });
      const client = connect();
      let written = 0;
      while (!isOver) {
        await client.set(`meanwhile:${written}`, `value ${written}`);
        written += 1;
      }
      expect(await running).toMatchObject({ exitCode: 0 });
      await expectBalance();
      await expectKeys();
      expect(written).toBeGreaterThan(100);
      const reader = connect();
      let wrong = 0;
      await inBatches(written, async (index) => {
        if ((await reader.get(`meanwhile:${index}`)) !== `value ${index}`) wrong += 1;
      });
      expect(wrong).toBe(0);
      const sizes = await Promise.all(nodes.map((node) => node.cli('DBSIZE')));
      expect(sizes.reduce((total, size) => total + Number(size), 0)).toBe(KEYS + written);
      measured(context, `${KEYS} keys and ${written} writes meanwhile, all found; slots ${await slotsOf(nodes)}`);
    },
    LONG_MS,
  );
});

describe('a move of slots that is cut off, three times over', () => {
  it(
    'is finished by the next run, and no key is lost, nor any write meanwhile',
    async (context) => {
      nodes = [...nodes, ...(await make(['n6'], 31))];
      const newcomer = nodes.slice(-1);
      const cutOffThrice = async (): Promise<void> => {
        for (const share of [100, 1200, 2300]) {
          const job = await network.job('cluster', 'ensure', '--nodes', named(nodes));
          await until(
            `the new node owns ${share} slots`,
            async () => (((await slotsOf(newcomer))[0] ?? 0) >= share ? true : undefined),
            { everyMs: 5 },
          );
          await job.kill();
        }
        expect(await ensure()).toMatchObject({ exitCode: 0 });
      };
      const written = await whileWriting(connect(), 'cut-off', cutOffThrice, 2);
      expect(written.length).toBeGreaterThan(100);
      await expectBalance();
      await expectKeys();
      expect(await lostOf(connect(), written)).toEqual([]);
      measured(context, `${KEYS} keys and ${written.length} acknowledged writes meanwhile, all found`);
      const check = await network.tool('cluster', 'check', '--nodes', 'n1', ...checkPatience);
      expect(check.exitCode).toBe(0);
      expect(check.stdout).toContain('none on its way');
    },
    LONG_MS,
  );
});

describe('a run that is frozen while it holds the lock', () => {
  it(
    'loses the lock to the run that waits for it, and stops when it is woken',
    async () => {
      nodes = [...nodes, ...(await make(['n7'], 41))];
      const [newcomer] = nodes.slice(-1);
      const frozen = await network.job('cluster', 'ensure', '--nodes', named(nodes));
      await until('the new node gets slots', async () => {
        const [slots = 0] = newcomer === undefined ? [] : await slotsOf([newcomer]);
        return slots > 50 ? true : undefined;
      });
      await frozen.pause();
      const result = await ensure();
      expect(result).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('another run works on') });
      await frozen.unpause();
      expect((await frozen.wait()).StatusCode).toBe(75);
      expect((await outputOf(frozen)).stderr).toContain('VB713');
      await expectBalance();
      await expectKeys();
    },
    LONG_MS,
  );
});
