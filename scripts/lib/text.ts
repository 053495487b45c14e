/** Joins cells into lines whose columns are as wide as their widest cell. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [index, cell] of row.entries()) widths[index] = Math.max(cell.length, widths[index] ?? 0);
  const padded = (row: readonly string[]) => row.map((cell, index) => cell.padEnd(widths[index] ?? 0));
  return rows.map((row) => padded(row).join('  ').trimEnd());
}

/** `did you mean X? ` for the candidate that a misspelled word is nearest to; empty where none is near enough. */
export function didYouMean(word: string, candidates: Iterable<string>, prefix = ''): string {
  const near = nearest(word, candidates);
  return near === null || near === word ? '' : `did you mean ${prefix}${near}? `;
}

/** The candidate that is nearest to a misspelled word; null where more than a third of its letters would differ. */
function nearest(word: string, candidates: Iterable<string>): string | null {
  const farthest = Math.max(1, Math.floor(word.length / 3));
  const ranked = [...candidates]
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= farthest)
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.candidate ?? null;
}

/** Levenshtein distance: insertions, deletions and replacements of one character. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...a].entries()) {
    const current = [row + 1];
    for (const [column, other] of [...b].entries()) {
      const replaced = (previous[column] ?? 0) + (letter === other ? 0 : 1);
      current.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** The last line of what a program said: mostly the one that tells why it ended. */
export function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? text;
}
