import type { Case } from './case.ts';
import type { Ours } from './our-reader.ts';
import { addCounts, type Counts, countProductions } from './productions.ts';
import type { Meaning, OurReading, ServerReading } from './reading.ts';

/** One case about which two readers differ, or a plan that a server reads otherwise than it is meant. */
export interface Mismatch {
  /** Which of the cases it is, counted from 1. */
  readonly number: number;
  readonly case: Case;
  readonly ours: OurReading | Meaning;
  readonly server: ServerReading;
  /** The server's arguments by our plan, where it is about those. */
  readonly plan: readonly string[] | null;
}

/** What comparisons came to. */
export interface Tally {
  readonly cases: number;
  readonly mismatches: readonly Mismatch[];
  readonly starts: number;
  /** Loads that both readers found, with the same arguments. */
  readonly loadsCompared: number;
  /** Plans that were handed to a server; one may be about many cases. By what they changed and how they were expressed. */
  readonly plansCompared: number;
  readonly plans: Readonly<Counts>;
  /** Cases that both refuse, by our code. */
  readonly refusals: Readonly<Counts>;
  /** Cases with a directive or a value that the server does not have: the entrypoint leaves those to the server. */
  readonly leftToServer: number;
  /** What was met where both readers agree. */
  readonly productions: Readonly<Counts>;
}

export const emptyTally: Tally = {
  cases: 0,
  mismatches: [],
  starts: 0,
  loadsCompared: 0,
  plansCompared: 0,
  plans: {},
  refusals: {},
  leftToServer: 0,
  productions: {},
};

/** Of a case that both readers read alike. */
export function tallyOf(value: Case, { reading, conf }: Ours): Tally {
  if (reading.kind === 'refused' || conf === null) return emptyTally;
  const productions: Counts = {};
  countProductions(productions, value, conf);
  return { ...emptyTally, loadsCompared: reading.loads.length, productions };
}

export function addTallies(a: Tally, b: Tally): Tally {
  return {
    cases: a.cases + b.cases,
    mismatches: [...a.mismatches, ...b.mismatches],
    starts: a.starts + b.starts,
    loadsCompared: a.loadsCompared + b.loadsCompared,
    plansCompared: a.plansCompared + b.plansCompared,
    plans: addCounts(a.plans, b.plans),
    refusals: addCounts(a.refusals, b.refusals),
    leftToServer: a.leftToServer + b.leftToServer,
    productions: addCounts(a.productions, b.productions),
  };
}
