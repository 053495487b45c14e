import type { ProblemEntry } from './entry.ts';

/** VP3xx. */
export const buildProblems = {} as const satisfies Readonly<Record<string, ProblemEntry>>;
