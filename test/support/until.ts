import { setTimeout as pause } from 'node:timers/promises';
import { patienceMs } from './patience.ts';

/**
 * Asks again and again until the answer is one, and returns it; undefined means not yet. Throws with the description when the bound
 * has passed: a test waits for a condition, never for a time.
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  { everyMs = 25 }: { everyMs?: number } = {},
): Promise<T> {
  const end = Date.now() + patienceMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(`not within ${patienceMs / 1000} s: ${what}`);
    await pause(everyMs);
  }
}
