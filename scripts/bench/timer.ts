import { type ContainerRun, runTimer } from './container.ts';
import { type Sample, type Timing, timingOf } from './statistics.ts';

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

/** What timer.c printed, by name, in the order of the runs. */
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
