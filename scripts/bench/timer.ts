import { join } from 'node:path';
import { openEngine, runOnce } from '../lib/engine.ts';
import { ownLabel } from '../lib/owner.ts';
import { paths } from '../lib/workspace.ts';

/** A program to be timed. With a socket, until it answers PING there; without one, until it has ended. */
export interface Case {
  readonly name: string;
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly socket?: string;
}

/** How much is run. The first runs of each case find cold caches, and are left out. */
export interface Effort {
  readonly runs: number;
  readonly warmUp: number;
}

/** Runs the cases in turn, in one container. Throws with what a case printed if it fails. */
export async function timeCases(
  cases: readonly Case[],
  { runs, warmUp }: Effort,
  server: ContainerRun['server'] = 'nothing',
  beside = false,
): Promise<ReadonlyMap<string, Timing>> {
  const output = await runTimer({ rounds: runs + warmUp, server, input: timerInput(cases), beside });
  const samples = readSamples(output);
  return new Map([...samples].map(([name, all]) => [name, timingOf(all.slice(warmUp))]));
}

/** The cases in the form that timer.c reads. */
export function timerInput(cases: readonly Case[]): string {
  return cases
    .map(({ name, argv, env = {}, socket = '-' }) => {
      const variables = Object.entries(env).map(([variable, value]) => `${variable}=${value}`);
      const fields = [name, socket, ...variables, '--', ...argv];
      if (fields.some((field) => /^$|[\t\n]/.test(field))) throw new Error(`${name}: a field is empty or has a tab`);
      return `${fields.join('\t')}\n`;
    })
    .join('');
}

/** Reads the output of timer.c: by name, in the order of the runs. */
export function readSamples(output: string): ReadonlyMap<string, readonly Sample[]> {
  const samples = new Map<string, Sample[]>();
  for (const line of output.split('\n').filter((text) => text !== '')) {
    const [name = '', wall, cpu] = line.split('\t');
    const sample = { wall: Number(wall) / 1000, cpu: Number(cpu) / 1000 };
    if (Number.isNaN(sample.wall + sample.cpu)) throw new Error(`not a line of the timer's: ${line}`);
    samples.set(name, [...(samples.get(name) ?? []), sample]);
  }
  return samples;
}

/** The timing of a case that was run. */
export function timingIn(timings: ReadonlyMap<string, Timing>, name: string): Timing {
  const timing = timings.get(name);
  if (timing === undefined) throw new Error(`the case ${name} was not run`);
  return timing;
}

/** One run of a case, in milliseconds. `cpu` is its time on processors, which other work disturbs least. */
export interface Sample {
  readonly wall: number;
  readonly cpu: number;
}

/** The sum of many runs of a case. */
export interface Timing {
  readonly runs: number;
  readonly median: number;
  readonly minimum: number;
  readonly cpu: number;
}

/** The middle value; between two middle values their mean. NaN where there is none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  const [low = Number.NaN, high = low] = sorted.slice(Math.ceil(half) - 1, Math.floor(half) + 1);
  return (low + high) / 2;
}

export function timingOf(samples: readonly Sample[]): Timing {
  return {
    runs: samples.length,
    median: median(samples.map(({ wall }) => wall)),
    minimum: Math.min(...samples.map(({ wall }) => wall)),
    cpu: median(samples.map(({ cpu }) => cpu)),
  };
}

/** How many times as long as `base` something takes, by each measure. */
export function ratioOf(timing: Timing, base: Timing): Omit<Timing, 'runs'> {
  return {
    median: timing.median / base.median,
    minimum: timing.minimum / base.minimum,
    cpu: timing.cpu / base.cpu,
  };
}

/** Where things stand inside the container. */
export const BENCH = '/opt/bench';
export const CONF = `${BENCH}/conf`;
export const PROGRAMS = `${BENCH}/programs`;
export const OUTPUT = `${BENCH}/output`;

/** The folders of the host that it sees there. Everything in them is made by the benchmark. */
export const folders = {
  conf: join(paths.root, 'dist/bench/conf'),
  programs: join(paths.root, 'dist/bench/programs'),
  output: join(paths.root, 'dist/bench/output'),
  bundle: join(paths.root, 'dist/bench/bundle.json'),
} as const;

const BUNDLE = '/usr/local/share/valkey-bundle/bundle.json';

interface ContainerRun {
  readonly rounds: number;
  /** `nothing`: the server that a start becomes ends at once. `real`: it is the server. */
  readonly server: 'nothing' | 'real';
  readonly input: string;
  /** True: a server of the image runs beside the timer, at the usual port. */
  readonly beside?: boolean;
}

const TIMER = `exec ${BENCH}/timer "$1"`;
const SERVER =
  'bundle-docker-entrypoint valkey-server </dev/null >/dev/null 2>&1 & until valkey-cli ping; do sleep 0.1; done >/dev/null 2>&1';

/** Runs the timer as root in one container of the bench image: it measures none of the engine's own time. */
async function runTimer({ rounds, server, input, beside = false }: ContainerRun): Promise<string> {
  const wish = {
    Image: 'valkey-bundle-bench:local',
    Labels: ownLabel(),
    User: '0',
    WorkingDir: '/data',
    Entrypoint: ['sh', '-c', beside ? `${SERVER}; ${TIMER}` : TIMER, 'sh'],
    Cmd: [String(rounds)],
    HostConfig: {
      NetworkMode: 'none',
      Binds: [
        `${folders.conf}:${CONF}:ro`,
        `${folders.programs}:${PROGRAMS}:ro`,
        `${folders.output}:${OUTPUT}`,
        ...(server === 'nothing' ? [`${folders.bundle}:${BUNDLE}:ro`] : []),
      ],
    },
  };
  const { exitCode, stdout, stderr } = await runOnce(await openEngine(), wish, { input });
  if (exitCode !== 0) throw new Error(`the timer ended with code ${exitCode}:\n${stderr}`);
  return stdout;
}
