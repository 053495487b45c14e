import type { ProblemEntry } from './entry.ts';

/** VP1xx. */
export const dataProblems = {} as const satisfies Readonly<Record<string, ProblemEntry>>;
