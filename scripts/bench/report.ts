import type { Growth } from './growth.ts';
import type { Phase } from './profile/phases.ts';
import type { Sizes } from './sizes.ts';
import type { Timing } from './statistics.ts';

/** How many times as long one thing takes as another that was measured beside it. */
export interface Ratio extends Omit<Timing, 'runs'> {
  readonly what: string;
  readonly against: string;
  /** At most this is wanted; null where the ratio is only told. */
  readonly goal: number | null;
}

export interface BenchReport {
  readonly date: string;
  readonly machine: {
    readonly cpus: number;
    readonly arch: string;
    readonly node: string;
    readonly image: string;
    readonly valkey: string;
    readonly load: number;
  };
  readonly runs: number;
  readonly ratios: readonly Ratio[];
  readonly timings: Readonly<Record<string, Timing>>;
  readonly growth: readonly Growth[];
  readonly sizes: Sizes;
  readonly phases: readonly Phase[];
}

/** Whether a ratio reaches its goal, and by how much it does not, as a word for the table. */
export function verdict({ median, goal }: Pick<Ratio, 'median' | 'goal'>): string {
  if (goal === null) return '';
  return median <= goal ? 'met' : `missed by ${Math.round((median / goal - 1) * 100)} %`;
}

/** The rows of a table in Markdown, the columns as wide as their cells. */
export function markdownTable(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const widths = head.map((cell, column) => Math.max(3, cell.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |\n`;
  return [head, widths.map((width) => '-'.repeat(width)), ...rows].map(line).join('');
}

export function ratioTable(ratios: readonly Ratio[]): string {
  const rows = ratios.map((ratio) => [
    ratio.what,
    ratio.against,
    ratio.median.toFixed(2),
    ratio.goal === null ? '' : ratio.goal.toFixed(2),
    verdict(ratio),
    ratio.minimum.toFixed(2),
    Number.isNaN(ratio.cpu) ? '' : ratio.cpu.toFixed(2),
  ]);
  return markdownTable(['what', 'against', 'ratio', 'goal', '', 'of the fastest runs', 'of processor time'], rows);
}

export function timingTable(timings: Readonly<Record<string, Timing>>): string {
  const rows = Object.entries(timings).map(([name, { runs, median, minimum, cpu }]) => [
    name,
    String(runs),
    median.toFixed(1),
    minimum.toFixed(1),
    Number.isNaN(cpu) ? '' : cpu.toFixed(1),
  ]);
  return markdownTable(['what', 'runs', 'median, ms', 'fastest, ms', 'processor, ms'], rows);
}
