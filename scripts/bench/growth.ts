import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BENCH, type Case, CONF, type Effort, timeCases, timingIn } from './timer.ts';

/** The time that a start spends on reading so much of something. */
export interface Growth {
  readonly what: string;
  readonly count: number;
  /** The fastest start with it less the fastest without: medians would drown it in what else the machine does. */
  readonly milliseconds: number;
  /** The cost of one, against one of the next smaller size: 1 where the cost grows as the size does. */
  readonly perItem: number | null;
  /** At most so many milliseconds are wanted. */
  readonly goal: number | null;
}

/** How many lines and includes the configurations that grow have. */
const LINES: readonly number[] = [1_000, 10_000, 100_000];
const INCLUDES: readonly number[] = [10, 100, 1_000];

/** The largest size of each, in milliseconds. */
const GOAL = 200;
const MODULE_COUNTS: readonly number[] = [20, 200];
const EMPTY = 'empty';

const series: ReadonlyArray<{ readonly what: string; readonly counts: readonly number[]; readonly of: Start }> = [
  { what: 'lines', counts: LINES, of: (count) => ({ conf: `lines-${count}` }) },
  { what: 'lines, written anew', counts: LINES, of: (count) => ({ conf: `lifted-${count}` }) },
  { what: 'includes', counts: INCLUDES, of: (count) => ({ conf: `includes-${count}` }) },
  { what: 'modules', counts: MODULE_COUNTS, of: (count) => ({ env: { MODULE_DIR: `${BENCH}/modules-${count}` } }) },
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

/** Writes the configurations that are measured, afresh: the stock one, an empty one, and those that grow. */
export async function writeConfFiles(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'included'), { recursive: true });
  const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
  await write('stock.conf', stockConf());
  await write('empty.conf', '');
  await write('pong.conf', `${stockConf()}port 0\n`);
  for (const count of LINES) {
    await write(`lines-${count}.conf`, directiveLines(count));
    await write(`lifted-${count}.conf`, `${directiveLines(count)}${MENDED}`);
  }
  for (let index = 0; index < Math.max(...INCLUDES); index++) await write(`included/${index}.conf`, directiveLines(1));
  for (const count of INCLUDES) await write(`includes-${count}.conf`, includeLines(count));
}

/** A load line whose arguments must change, so that the whole configuration is written anew. */
const MENDED = 'loadmodule /usr/lib/valkey/libsearch.so reader-threads 2\n';

/** As long as the packaged valkey.conf: 2,300 lines, of which 80 say something and the others explain or are empty. */
export function stockConf(): string {
  return Array.from({ length: 2_300 }, (_, index) => {
    if (index === 1_000) return 'dir /data';
    if (index % 29 === 28) return directive(index);
    return index % 7 === 6 ? '' : COMMENTS[index % COMMENTS.length];
  })
    .map((line) => `${line}\n`)
    .join('');
}

/** Lines that all say something: nothing is as much work for a reader. */
function directiveLines(count: number): string {
  return Array.from({ length: count }, (_, index) => `${directive(index)}\n`).join('');
}

function includeLines(count: number): string {
  return Array.from({ length: count }, (_, index) => `include ${CONF}/included/${index}.conf\n`).join('');
}

function directive(index: number): string {
  return DIRECTIVES[index % DIRECTIVES.length] ?? '';
}

const DIRECTIVES = [
  'maxmemory-policy allkeys-lru',
  'client-output-buffer-limit replica 256mb 64mb 60',
  'appendfilename "appendonly.aof"',
  'save 3600 1 300 100 60 10000',
  'hash-max-listpack-entries 512',
  'loglevel notice',
  "proc-title-template '{title} {listen-addr} {server-mode}'",
  'tcp-keepalive 300',
  'activerehashing yes',
  'oom-score-adj-values 0 200 800',
];

const COMMENTS = [
  '# Note on units: when memory size is needed, it is possible to specify',
  '# it in the usual form of 1k 5GB 4M and so forth:',
  '#',
  '# By default, if no "bind" configuration directive is specified, the server listens',
  '# for connections from all available network interfaces on the host machine.',
];
