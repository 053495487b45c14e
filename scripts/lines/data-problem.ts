import type { dataProblems } from '../problems/data.ts';
import { PipelineError } from '../problems/pipeline-error.ts';

/** One thing wrong in a file under modules/. Line and column count from 1; `excerpt` is the line itself. */
export interface DataProblem {
  readonly code: keyof typeof dataProblems;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly excerpt: string;
  readonly message: string;
  readonly fix: string;
}

/** One error for all that is wrong: it has the code of the first problem, and shows each with its place, a caret and the fix. */
export function dataError(problems: readonly [DataProblem, ...DataProblem[]]): PipelineError {
  const [first, ...others] = problems;
  if (others.length === 0) {
    return new PipelineError(first.code, first.message, {
      where: placeOf(first),
      details: framed(first),
      fix: first.fix,
    });
  }
  const each = problems.map((one) => `${placeOf(one)}: ${one.message}\n${framed(one)}\n  fix: ${one.fix}`);
  return new PipelineError(first.code, `${problems.length} things are wrong`, {
    details: each.join('\n'),
    fix: 'mend each of them as said above',
  });
}

/** Whether there is anything to report: narrows to what dataError takes. */
export function isWrong(problems: readonly DataProblem[]): problems is readonly [DataProblem, ...DataProblem[]] {
  return problems.length > 0;
}

function placeOf({ file, line, column }: DataProblem): string {
  return `${file}:${line}:${column}`;
}

function framed({ excerpt, column }: DataProblem): string {
  return `  | ${excerpt}\n  | ${' '.repeat(column - 1)}^`;
}
