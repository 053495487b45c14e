import { INCLUDES, LINES } from './conf-files.ts';
import { BENCH, CONF } from './container.ts';
import { type Case, type Effort, timeCases, timingIn } from './timer.ts';

/** What reading so much of something costs a start. */
export interface Growth {
  readonly what: string;
  readonly count: number;
  /** The fastest start with it less the fastest without: what is left is small, and would drown in what else the machine does. */
  readonly milliseconds: number;
  /** The cost of one, against one of the next smaller size: 1 where the cost grows as the size does. */
  readonly perItem: number | null;
  /** At most so many milliseconds are wanted. */
  readonly goal: number | null;
}

/** The largest size of each, in milliseconds. */
const GOAL = 200;
const MODULES: readonly number[] = [20, 200];
const EMPTY = 'empty';

const series: ReadonlyArray<{ readonly what: string; readonly counts: readonly number[]; readonly of: Start }> = [
  { what: 'lines', counts: LINES, of: (count) => ({ conf: `lines-${count}` }) },
  { what: 'lines, written anew', counts: LINES, of: (count) => ({ conf: `lifted-${count}` }) },
  { what: 'includes', counts: INCLUDES, of: (count) => ({ conf: `includes-${count}` }) },
  { what: 'modules', counts: MODULES, of: (count) => ({ env: { MODULE_DIR: `${BENCH}/modules-${count}` } }) },
];

type Start = (count: number) => { readonly conf?: string; readonly env?: Readonly<Record<string, string>> };

/** How the time of a start grows with its configuration. */
export async function measureGrowth(effort: Effort): Promise<readonly Growth[]> {
  const cases = series.flatMap(({ what, counts, of }) =>
    counts.map((count) => startOf(nameOf(what, count), of(count))),
  );
  const timed = await timeCases([startOf(EMPTY, {}), ...cases], effort);
  const empty = timingIn(timed, EMPTY);
  return series.flatMap(({ what, counts }) =>
    growthOf(
      what,
      counts.map((count) => ({ count, milliseconds: timingIn(timed, nameOf(what, count)).minimum - empty.minimum })),
    ),
  );
}

/** Compares the cost of one item between neighbouring sizes. */
export function growthOf(what: string, points: ReadonlyArray<Pick<Growth, 'count' | 'milliseconds'>>): Growth[] {
  return points.map(({ count, milliseconds }, index) => {
    const before = points[index - 1];
    // A difference of two starts: of a few runs, or of something small, it may come out below nothing.
    const perItem =
      before === undefined || before.milliseconds <= 0 || milliseconds <= 0
        ? null
        : milliseconds / count / (before.milliseconds / before.count);
    return { what, count, milliseconds, perItem, goal: index === points.length - 1 ? GOAL : null };
  });
}

function startOf(name: string, { conf = EMPTY, env = {} }: ReturnType<Start>): Case {
  const argv = ['/usr/local/bin/bundle-docker-entrypoint', 'valkey-server', `${CONF}/${conf}.conf`];
  return { name, argv, env };
}

function nameOf(what: string, count: number): string {
  return `${count} ${what}`;
}
