import type { Group, Lab } from './lab.ts';

/** Runs groups of checks, at most `limit` at a time, in their order. Rejects with the reason once the verb is aborted. */
export async function runGroups(
  groups: readonly Group[],
  lab: Lab,
  limit: number,
  aborted: AbortSignal,
): Promise<void> {
  const waiting = [...groups];
  const worker = async (): Promise<void> => {
    for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) await group(lab);
  };
  const interrupted = new Promise<never>((_, reject) => {
    const abort = () => reject(aborted.reason);
    if (aborted.aborted) abort();
    else aborted.addEventListener('abort', abort, { once: true });
  });
  await Promise.race([Promise.all(Array.from({ length: limit }, worker)), interrupted]);
}
