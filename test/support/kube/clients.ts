import { relative } from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Cluster } from 'iovalkey';
import { outputOf } from '../../../scripts/lib/engine.ts';
import { paths } from '../../../scripts/lib/workspace.ts';
import { engine, images, label } from '../docker-engine.ts';
import { patienceMs } from '../patience.ts';
import { until } from '../until.ts';
import { searchDomains } from './names.ts';
import type { Namespace } from './namespace.ts';

/**
 * A cluster client in this process: it finds nodes by the names that they announce, which the namespace's zone
 * resolves.
 */
export function clusterClient(namespace: Namespace, password: string): Cluster {
  const service = `valkey-headless.${namespace.name}.svc.cluster.local`;
  const addressOf = (name: string): string | undefined => namespace.zone()[name]?.[0];
  const client = new Cluster(
    namespace.pods().map(({ name }) => ({ host: `${name}.${service}`, port: 6379 })),
    {
      // For the nodes to begin with, also when every connection is lost.
      dnsLookup: (name, callback) => {
        const address = addressOf(name);
        if (address === undefined) callback(new Error(`${name} does not resolve`), '');
        else callback(null, address, 4);
      },
      // For each node that the cluster names, with every look at its slots.
      natMap: (node) => {
        const [name = '', port] = node.split(':');
        const address = addressOf(name);
        return address === undefined ? null : { host: address, port: Number(port) };
      },
      redisOptions: { password, connectTimeout: 1000, commandTimeout: 5000, maxRetriesPerRequest: 1 },
      clusterRetryStrategy: () => 100,
      slotsRefreshTimeout: 2000,
      slotsRefreshInterval: 1000,
      enableOfflineQueue: true,
      lazyConnect: true,
    },
  );
  client.on('error', () => {});
  return client;
}

/** Writes that go on. */
interface Writer {
  /** How many were acknowledged so far. */
  count(): number;
  /** Waits until as many more are acknowledged. */
  more(wanted: number): Promise<void>;
}

/** Writes a key; true if that was acknowledged. */
type Write = (client: Cluster, key: string) => Promise<boolean>;

const plainly: Write = async (client, key) => (await client.set(key, key)) === 'OK';

/**
 * Acknowledged once a replica has it too: SET and WAIT 1 on one connection. A SET that was sent on elsewhere does not
 * count.
 */
export const toReplica: Write = async (client, key) => {
  const replies = await client.pipeline().set(key, key).call('WAIT', '1', '1000').exec();
  const [[setError, set] = [], [waitError, count] = []] = replies ?? [];
  return setError === null && waitError === null && set === 'OK' && Number(count) >= 1;
};

/**
 * Writes keys of its own, each its own value, from several hands at once, for as long as the body takes, and returns
 * those that were acknowledged. A write that fails is not tried again; what was not acknowledged may have been written
 * or not.
 */
export async function whileWriting(
  client: Cluster,
  prefix: string,
  body: (writer: Writer) => Promise<void>,
  handCount = 8,
  write = plainly,
): Promise<readonly string[]> {
  const acknowledged: string[] = [];
  let next = 0;
  let isOver = false;
  const hand = async (): Promise<void> => {
    while (!isOver) {
      const key = `${prefix}:${next++}`;
      try {
        if (await write(client, key)) acknowledged.push(key);
        await pause(2);
      } catch {
        await pause(50);
      }
    }
  };
  const count = (): number => acknowledged.length;
  const more = async (wanted: number): Promise<void> => {
    const goal = count() + wanted;
    const reached = async () => (count() >= goal ? true : undefined);
    await until(`${wanted} more writes are acknowledged`, reached);
  };
  const hands = Array.from({ length: handCount }, hand);
  try {
    await body({ count, more });
  } finally {
    isOver = true;
    await Promise.all(hands);
  }
  return acknowledged;
}

/** The keys that do not have the value that was written. */
export async function lostOf(client: Cluster, keys: readonly string[]): Promise<string[]> {
  const lost: string[] = [];
  for (let from = 0; from < keys.length; from += 1000) {
    const part = keys.slice(from, from + 1000);
    const values = await Promise.all(part.map((key) => client.get(key)));
    lost.push(...part.filter((key, index) => values[index] !== key));
  }
  return lost;
}

/**
 * Runs a script of test/ with this Node in a pod of another namespace: names resolve there as they do for any client of
 * the cluster.
 */
export async function runAsVisitor(namespace: Namespace, script: URL, args: readonly string[]): Promise<string> {
  const container = await engine.createContainer({
    Image: images.test,
    Labels: label,
    Entrypoint: ['/node', `/app/${relative(paths.root, fileURLToPath(script))}`, ...args],
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      Binds: [
        `${process.execPath}:/node:ro`,
        `${paths.root}/test:/app/test:ro`,
        `${paths.root}/node_modules:/app/node_modules:ro`,
        `${paths.root}/package.json:/app/package.json:ro`,
      ],
      NetworkMode: namespace.network.name,
      Dns: [namespace.network.nameServer],
      DnsSearch: searchDomains('redcat'),
      DnsOptions: ['ndots:5'],
    },
  });
  try {
    await container.start();
    await container.wait({ abortSignal: AbortSignal.timeout(patienceMs) });
    const { State } = await container.inspect();
    const { stdout, stderr } = await outputOf(container);
    if (State.ExitCode !== 0) throw new Error(`${script.pathname} ended with ${State.ExitCode}:\n${stderr}${stdout}`);
    return stdout;
  } finally {
    await container.remove({ force: true, v: true });
  }
}
