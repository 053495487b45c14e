/**
 * The entries without which `agrees` holds, found by halves. Throws where a whole disagrees and neither of its halves does: then it is
 * their being together, which must change nothing.
 */
export async function bisect<T extends { readonly number: number }>(
  entries: readonly T[],
  agrees: (part: readonly T[]) => Promise<boolean>,
): Promise<T[]> {
  if (entries.length === 0 || (await agrees(entries))) return [];
  if (entries.length === 1) return [...entries];
  const middle = Math.floor(entries.length / 2);
  const left = await bisect(entries.slice(0, middle), agrees);
  const found = [...left, ...(await bisect(entries.slice(middle), agrees))];
  if (found.length === 0) throw new Error(`these cases disagree only together: ${numbersOf(entries)}`);
  return found;
}

function numbersOf(entries: ReadonlyArray<{ readonly number: number }>): string {
  return entries.map(({ number }) => number).join(', ');
}
