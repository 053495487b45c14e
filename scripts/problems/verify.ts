import type { ProblemEntry } from './entry.ts';

/** VP4xx. */
export const verifyProblems = {} as const satisfies Readonly<Record<string, ProblemEntry>>;
