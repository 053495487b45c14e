/**
 * Does the work for each item, some at a time, and gives the results in the order of the items. The first failure
 * aborts what runs and keeps the rest from beginning; it is thrown when nothing runs any more, so nothing goes on
 * behind the caller's back.
 */
export async function atOnce<Item, Result>(
  limit: number,
  items: readonly Item[],
  aborted: AbortSignal,
  work: (item: Item, aborted: AbortSignal) => Promise<Result>,
): Promise<Result[]> {
  const stop = new AbortController();
  const signal = AbortSignal.any([aborted, stop.signal]);
  const results: Result[] = [];
  const failures: unknown[] = [];
  const waiting = items.entries();
  const worker = async (): Promise<void> => {
    // All workers draw from one iterator.
    for (const [index, item] of waiting) {
      if (signal.aborted) return;
      try {
        results[index] = await work(item, signal);
      } catch (error) {
        failures.push(error);
        stop.abort(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  aborted.throwIfAborted();
  if (failures.length > 0) throw failures[0];
  return results;
}
