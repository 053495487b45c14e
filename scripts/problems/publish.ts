import type { ProblemEntry } from './entry.ts';

/** VP5xx. */
export const publishProblems = {} as const satisfies Readonly<Record<string, ProblemEntry>>;
