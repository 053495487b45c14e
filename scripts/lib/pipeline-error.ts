import { buildProblems } from './problems/building.ts';
import { dataProblems, type ExitCode, generalProblems, sourcesProblems } from './problems/making.ts';
import { publishProblems, supplyProblems, verifyProblems } from './problems/releasing.ts';
import { startProblems } from './problems/starting.ts';

/**
 * An occurrence, in the words of the reader: `where` is a file:line:column, a reference or a URL; `fix` replaces the
 * catalogue's.
 */
interface ProblemDetails {
  readonly where?: string;
  readonly fix?: string;
  /** Further lines: the end of a log, a framed excerpt. Shown as they are. */
  readonly details?: string;
  readonly cause?: unknown;
}

/** A failure that the user can act on. Its message holds code, place, what is wrong and the fix. */
export class PipelineError extends Error {
  override readonly name = 'PipelineError';
  readonly code: ProblemCode;
  readonly exitCode: ExitCode;

  /** `what`: one sentence with the value got, without the place and the fix. */
  constructor(code: ProblemCode, what: string, { where, fix, details, cause }: ProblemDetails = {}) {
    const place = where === undefined ? '' : `${where}: `;
    const shown = details === undefined ? '' : `\n${details.trimEnd()}`;
    super(`${code} ${place}${what}${shown}\n  fix: ${fix ?? problems[code].fix}`, { cause });
    this.code = code;
    this.exitCode = problems[code].exitCode;
  }
}

/** Every problem that the pipeline reports, by its code. docs/pipeline-problems.md is generated from it. */
export const problems = {
  ...dataProblems,
  ...sourcesProblems,
  ...buildProblems,
  ...verifyProblems,
  ...publishProblems,
  ...supplyProblems,
  ...startProblems,
  ...generalProblems,
} as const;

type ProblemCode = keyof typeof problems;
