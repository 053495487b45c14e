/** Maps so many entries at a time, in their order. */
export async function atOnce<T, R>(most: number, entries: readonly T[], map: (entry: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const waiting = entries.entries();
  const work = async (): Promise<void> => {
    for (const [index, entry] of waiting) results[index] = await map(entry);
  };
  await Promise.all(Array.from({ length: most }, work));
  return results;
}
