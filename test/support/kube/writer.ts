import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster } from 'iovalkey';
import { until } from '../until.ts';

/** Writes that go on. */
interface Writer {
  /** How many were acknowledged so far. */
  count(): number;
  /** Waits until as many more are acknowledged. */
  more(wanted: number): Promise<void>;
}

/**
 * Writes keys of its own, each its own value, from several hands at once, for as long as the body takes, and returns those that were
 * acknowledged. A write that fails is not tried again; what was not acknowledged may have been written or not.
 */
export async function whileWriting(
  client: Cluster,
  prefix: string,
  body: (writer: Writer) => Promise<void>,
  handCount = 8,
): Promise<readonly string[]> {
  const acknowledged: string[] = [];
  let next = 0;
  let isOver = false;
  const hand = async (): Promise<void> => {
    while (!isOver) {
      const key = `${prefix}:${next++}`;
      try {
        if ((await client.set(key, key)) === 'OK') acknowledged.push(key);
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
