import type { Growth } from './growth.ts';
import type { Sizes } from './image.ts';
import type { Phase } from './profile.ts';
import type { Timing } from './timer.ts';

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** docs/benchmark.md. */
export function benchmarkPage(report: BenchReport): string {
  const { machine, runs, sizes, phases } = report;
  return `# How fast it starts

Written by \`npm run bench -- --runs ${runs} --write\` on ${report.date}: ${machine.cpus} processors (${machine.arch}), load ${machine.load.toFixed(1)} at the
beginning, Node ${machine.node}, Valkey ${machine.valkey}, image ${machine.image.slice(0, 19)}. Times belong to that machine; what counts are the ratios: what
is compared ran in turns (A B A B), after a warm-up, and the ratio is that of the medians. Beside it stand the ratio of the fastest runs and, where it was
measured, that of processor time, which other work on the machine disturbs least.

![The ratios of the table below as bars, each beside its goal](pictures/benchmark.svg)

${ratioTable(report.ratios)}
- **The entrypoint** starts as root in a container, with four modules (the stand-ins), a data directory with files in it, and a configuration of 2,300
  lines of which 80 say something, as the packaged one. A program that does nothing stands in the place of the server: the time ends when that has ended.
- **\`node -e 0\`** is the same Node, stripped as the entrypoint's.
- **The Python and the shell entrypoint** were written for this (test/fixtures/bench): they append every module, give away the data directory and drop
  privileges, as the older ones did. They read no configuration, or with grep alone.
- **The page cache** is the same for all: each program is dropped from it and read from end to end before the first round (test/fixtures/bench/timer.c).
  Without that, a program that had come in by page faults or with an unpacked layer started a tenth slower than the same bytes freshly copied.
- **First PONG**: the same image, the same configuration and modules; the plain server gets its four load lines on the command line. The clock begins with
  the engine's order to start, or inside one container with the process, and ends when PING is answered on a socket.
- **\`health\`** asks a server that runs beside it in one container, as an orchestrator's probe does every few seconds. Its ratios are of processor
  time: what comes to no more than the answer of \`valkey-cli\` is asked and judged by docker/probe.pl, without Node.

${timingTable(report.timings)}
## Long configurations

The fastest start less the fastest with an empty configuration. *Per item* compares the cost of one with the cost of one at the size above it in the
table: 1 is linear, less says that what is needed once is spread over more. *Written anew* are configurations with a load line that must change, so that an effective configuration is written.

${growthTable(report)}
## Where the milliseconds go

A build of the entrypoint with a watch on its door to the system (entrypoint/host/host.ts), started as above. *In the system* is the part spent in its calls.

${phaseTable(phases)}
${tried}
## Size

The image has ${megabytes(sizes.image)}, its base ${megabytes(sizes.base)}. The entrypoint has ${megabytes(sizes.entrypoint)} (${megabytes(sizes.entrypointCompressed)} compressed), of which the stripped Node is ${megabytes(sizes.node)}.

${markdownTable(
  ['layer', 'size'],
  sizes.layers.map(({ what, bytes }) => [`\`${what.replaceAll('|', '\\|')}\``, megabytes(bytes)]),
)}`;
}

const tried = `## What was done about it

Measured once on 2026-11-22, of commit b10377e and not by the run above: the same program, 100 starts of each in turns with \`node -e 0\`, by the medians of the time and of
processor time. Why each of them is sound stands in [decision 7](decisions/0007-short-start.md).

${markdownTable(
  ['the executable', 'ratio', 'of processor time'],
  [
    ['with the code cache that Node makes before anything has run', '1.43', '1.54'],
    ['with one that is taken after a rehearsed start', '1.26', '1.35'],
    ['and a young generation that holds the whole start (no difference to be seen)', '1.27', '1.35'],
    ["and without hashing Node's snapshot anew, with one worker thread", '1.13', '1.21'],
    ['and without loading node:worker_threads for execve: as it was then', '1.04', '1.12'],
  ],
)}
What such a run comes to differs from hour to hour: later that day, with 200 starts and twice, b10377e was at 1.12 and 1.15, the later e716c02, which looks
for secrets in many more places, at 1.16 and 1.18, and the same with V8's optimised code only after four times as many calls, and with patterns of
secrets tried only on texts that have a clue of one, at 1.14 and 1.17 (1.18 and 1.21 of processor time, instead of 1.22 and 1.25).

- **Python and shell**: what is left is Node's own boot, about two thirds of a start, and the older Python entrypoint as a whole takes less than half
  of the time of \`node -e 0\`. The goal of 1.0 needs a Node that boots faster.
- **First PONG** inside a container is all of our start on top of the server's; from \`docker start\` on, the engine's own time is in both.
- **100,000 lines**: every line is kept, with what its place and words are made from. Runs of comments are one line, and words and places are made
  when somebody asks for them: that halved the reading (from 325 to 175 ms in one process, before and after, measured once). Most of the rest is V8's collector moving
  what is kept. A larger young generation did not help: its pages cost what the collector saves.
- **Includes** cost a stat, an open, a read, the real path (for cycles) and a check that the server may read it: about eleven calls each.
- Tried without a gain: fewer collector threads, no optimising compilers, a start-up snapshot, the manifests as JSON text.
`;

export function growthTable({ growth }: Pick<BenchReport, 'growth'>): string {
  const rows = growth.map(({ what, count, milliseconds, perItem, goal }) => [
    `${count} ${what}`,
    milliseconds.toFixed(1),
    goal === null ? '' : String(goal),
    verdict({ median: milliseconds, goal }),
    ((milliseconds / count) * 1000).toFixed(2),
    perItem === null ? '' : perItem.toFixed(2),
  ]);
  return markdownTable(['what', 'ms', 'goal', '', 'µs for one', 'per item'], rows);
}

export function phaseTable(phases: BenchReport['phases']): string {
  const total = phases.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const rows = phases.map(({ name, milliseconds, system }) => [
    name,
    milliseconds.toFixed(2),
    `${Math.round((milliseconds / total) * 100)} %`,
    system === 0 ? '' : system.toFixed(2),
  ]);
  return markdownTable(['phase', 'ms', 'share', 'in the system'], rows);
}

/** How many times as long one thing takes as another that was measured beside it. */
export interface Ratio extends Omit<Timing, 'runs'> {
  readonly what: string;
  readonly against: string;
  /** At most this is wanted; null where the ratio is only told. */
  readonly goal: number | null;
}

export interface BenchReport {
  readonly date: string;
  readonly machine: {
    readonly cpus: number;
    readonly arch: string;
    readonly node: string;
    readonly image: string;
    readonly valkey: string;
    readonly load: number;
  };
  readonly runs: number;
  readonly ratios: readonly Ratio[];
  readonly timings: Readonly<Record<string, Timing>>;
  readonly growth: readonly Growth[];
  readonly sizes: Sizes;
  readonly phases: readonly Phase[];
}

/** Says for the table if a ratio reaches its goal, or by how much it does not. */
export function verdict({ median, goal }: Pick<Ratio, 'median' | 'goal'>): string {
  if (goal === null) return '';
  return median <= goal ? 'met' : `missed by ${Math.round((median / goal - 1) * 100)} %`;
}

/** The rows of a table in Markdown, the columns as wide as their cells. */
export function markdownTable(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const widths = head.map((cell, column) => Math.max(3, cell.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |\n`;
  return [head, widths.map((width) => '-'.repeat(width)), ...rows].map(line).join('');
}

export function ratioTable(ratios: readonly Ratio[]): string {
  const rows = ratios.map((ratio) => [
    ratio.what,
    ratio.against,
    ratio.median.toFixed(2),
    ratio.goal === null ? '' : ratio.goal.toFixed(2),
    verdict(ratio),
    ratio.minimum.toFixed(2),
    Number.isNaN(ratio.cpu) ? '' : ratio.cpu.toFixed(2),
  ]);
  return markdownTable(['what', 'against', 'ratio', 'goal', '', 'of the fastest runs', 'of processor time'], rows);
}

export function timingTable(timings: Readonly<Record<string, Timing>>): string {
  const rows = Object.entries(timings).map(([name, { runs, median, minimum, cpu }]) => [
    name,
    String(runs),
    median.toFixed(1),
    minimum.toFixed(1),
    Number.isNaN(cpu) ? '' : cpu.toFixed(1),
  ]);
  return markdownTable(['what', 'runs', 'median, ms', 'fastest, ms', 'processor, ms'], rows);
}
