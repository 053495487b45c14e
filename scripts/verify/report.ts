import * as z from 'zod';
import { table } from '../../entrypoint/text/table.ts';
import { digest } from '../data/lock.ts';
import { platforms } from '../lib/platform.ts';

/** report.json of `npm run verify`: what was tried on one digest. */
export const verifyReport = z.strictObject({
  reference: z.string(),
  digest: digest.nullable(),
  line: z.string(),
  variant: z.string(),
  platform: z.enum(platforms),
  checks: z.array(
    z.strictObject({
      name: z.string(),
      result: z.enum(['passed', 'failed', 'not run']),
      /** Why it failed or was not run; what was seen. */
      note: z.string(),
      milliseconds: z.number(),
    }),
  ),
});

export type VerifyReport = z.infer<typeof verifyReport>;

type CheckResult = VerifyReport['checks'][number];

/** Collects the results of checks. */
export interface Recorder {
  readonly results: readonly CheckResult[];
  /**
   * Makes one check and records what came of it: the text that `work` gives is what was seen. Tells whether it passed.
   * An error is a failed check, except once the verb was aborted.
   */
  check(name: string, work: () => string | Promise<string>): Promise<boolean>;
}

export function openRecorder(aborted: AbortSignal): Recorder {
  const results: CheckResult[] = [];
  return {
    results,
    async check(name, work) {
      aborted.throwIfAborted();
      const started = performance.now();
      const finish = (result: CheckResult['result'], note: string): boolean => {
        results.push({ name, result, note, milliseconds: Math.round(performance.now() - started) });
        return result === 'passed';
      };
      try {
        return finish('passed', await work());
      } catch (error) {
        aborted.throwIfAborted();
        if (error instanceof CheckNotRun) return finish('not run', error.message);
        return finish('failed', error instanceof Error ? error.message : String(error));
      }
    },
  };
}

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

/** Thrown by a check: the image is not what it has to be. */
export class CheckFailed extends Error {
  override readonly name = 'CheckFailed';
}

/** Thrown by a check that cannot be made here, with the reason. It never counts as passed. */
export class CheckNotRun extends Error {
  override readonly name = 'CheckNotRun';
}

/** Throws CheckFailed unless it holds. */
export function require(holds: boolean, message: () => string): asserts holds {
  if (!holds) throw new CheckFailed(message());
}

/** Throws CheckFailed unless the two are the same as JSON. */
export function requireSame(what: string, got: unknown, wanted: unknown): void {
  const [has, wants] = [JSON.stringify(got ?? null), JSON.stringify(wanted ?? null)];
  require(has === wants, () => `${what} is ${has}, wanted ${wants}`);
}
