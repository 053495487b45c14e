import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster } from 'iovalkey';

/** Writes that go on until they are stopped. */
export interface Writer {
  /** How many were acknowledged so far. */
  count(): number;
  /** Those that were acknowledged. What was not may have been written or not. */
  stop(): Promise<readonly string[]>;
}

/** Writes keys of its own, each its own value, from several hands at once. A write that fails is not tried again. */
export function startWriting(client: Cluster, prefix: string, handCount = 8): Writer {
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
  const hands = Array.from({ length: handCount }, hand);
  return {
    count: () => acknowledged.length,
    async stop() {
      isOver = true;
      await Promise.all(hands);
      return acknowledged;
    },
  };
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
