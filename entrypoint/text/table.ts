/** Joins cells into lines whose columns are as wide as their widest cell. Rows may differ in length. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [index, cell] of row.entries()) widths[index] = Math.max(cell.length, widths[index] ?? 0);
  const padded = (row: readonly string[]) => row.map((cell, index) => cell.padEnd(widths[index] ?? 0));
  return rows.map((row) => padded(row).join('  ').trimEnd());
}
