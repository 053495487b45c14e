import type { ProblemEntry } from './entry.ts';

/** VP6xx. */
export const supplyProblems = {} as const satisfies Readonly<Record<string, ProblemEntry>>;
