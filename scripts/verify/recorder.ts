import type { VerifyReport } from '../pipeline/records.ts';
import { CheckNotRun } from './outcome.ts';

type CheckResult = VerifyReport['checks'][number];

/** Collects the results of checks. */
export interface Recorder {
  readonly results: readonly CheckResult[];
  /**
   * Makes one check and records what came of it: the text that `work` gives is what was seen. Tells whether it passed. An error is a
   * failed check, except once the verb was aborted.
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
