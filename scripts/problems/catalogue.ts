import { buildProblems } from './build.ts';
import { dataProblems } from './data.ts';
import { generalProblems } from './general.ts';
import { publishProblems } from './publish.ts';
import { sourcesProblems } from './sources.ts';
import { supplyProblems } from './supply.ts';
import { verifyProblems } from './verify.ts';

/** Every problem that the pipeline reports, by its code. docs/pipeline-problems.md is generated from it. */
export const problems = {
  ...dataProblems,
  ...sourcesProblems,
  ...buildProblems,
  ...verifyProblems,
  ...publishProblems,
  ...supplyProblems,
  ...generalProblems,
} as const;

export type ProblemCode = keyof typeof problems;
