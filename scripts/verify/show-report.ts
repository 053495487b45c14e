import { table } from '../../entrypoint/text/table.ts';
import type { VerifyReport } from '../pipeline/records.ts';

const marks = { passed: 'ok', failed: 'FAIL', 'not run': '--' } as const;
const shownSlowest = 5;

/** The report as a table for a terminal: every check with what was seen, then the slowest and the counts. */
export function showReport({ checks }: VerifyReport, totalMs: number): string {
  const rows = checks.map(({ name, result, note, milliseconds }) => [
    marks[result].padEnd(4),
    String(milliseconds).padStart(6),
    name,
    note,
  ]);
  const slowest = checks
    .toSorted((a, b) => b.milliseconds - a.milliseconds)
    .slice(0, shownSlowest)
    .map(({ name, milliseconds }) => `${name} ${milliseconds}`);
  const count = (result: VerifyReport['checks'][number]['result']): number =>
    checks.filter((check) => check.result === result).length;
  return [
    ...table([['', 'ms'.padStart(6), 'check', 'seen'], ...rows]),
    '',
    `slowest (ms): ${slowest.join('; ')}`,
    `${count('passed')} passed, ${count('failed')} failed, ${count('not run')} not run, in ${(totalMs / 1000).toFixed(1)} s`,
  ].join('\n');
}
