import type { ProblemEntry } from './entry.ts';

/** VP2xx. */
export const sourcesProblems = {} as const satisfies Readonly<Record<string, ProblemEntry>>;
