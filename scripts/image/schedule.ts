import { availableParallelism, totalmem } from 'node:os';
import { openEngine } from '../lib/engine.ts';
import { PipelineError } from '../lib/pipeline-error.ts';

/** A build that is to be run, and the memory that one job of its compiler needs. */
interface Job {
  readonly name: string;
  /** MiB. */
  readonly memoryPerJob: number;
}

/** Resources of the machine that builds. */
export interface Capacity {
  readonly cores: number;
  /** MiB that builds may take. */
  readonly memory: number;
}

/** One build's share: how many jobs, and the first of its processors. */
export interface Share {
  readonly name: string;
  readonly jobs: number;
  readonly firstCpu: number;
}

/**
 * Builds that run at the same time, one group after the other: in each group the jobs fit the cores and their memory
 * fits the machine. A group takes the build that needs the most memory a job, which takes the longest too, and those
 * within half of that; then whatever still fits. So a long build has the machine, and short ones share it. A build gets
 * one job at least, even where the memory is short.
 */
export function schedule(builds: readonly Job[], { cores, memory }: Capacity): Share[][] {
  const waiting = builds.toSorted(
    (one, other) => other.memoryPerJob - one.memoryPerJob || compare(one.name, other.name),
  );
  const groups: Share[][] = [];
  while (waiting.length > 0) groups.push(takeGroup(waiting, { cores: Math.max(cores, 1), memory }));
  return groups;
}

interface Taken extends Job {
  jobs: number;
}

function takeGroup(waiting: Job[], capacity: Capacity): Share[] {
  const first = waiting.shift();
  if (first === undefined) return [];
  const group: Taken[] = [{ ...first, jobs: 1 }];
  addFitting(group, waiting, capacity, ({ memoryPerJob }) => memoryPerJob * 2 >= first.memoryPerJob);
  grow(group, capacity);
  addFitting(group, waiting, capacity, () => true);
  grow(group, capacity);
  let firstCpu = 0;
  return group.map(({ name, jobs }) => {
    const share = { name, jobs, firstCpu };
    firstCpu += jobs;
    return share;
  });
}

function addFitting(group: Taken[], waiting: Job[], capacity: Capacity, wanted: (build: Job) => boolean): void {
  for (const build of [...waiting]) {
    if (!wanted(build) || !fits(group, build, capacity)) continue;
    group.push({ ...build, jobs: 1 });
    waiting.splice(waiting.indexOf(build), 1);
  }
}

/** Gives each build one more job in turn, as long as that fits. */
function grow(group: Taken[], capacity: Capacity): void {
  for (let grown = true; grown; ) {
    grown = false;
    for (const build of group) {
      if (!fits(group, build, capacity)) continue;
      build.jobs++;
      grown = true;
    }
  }
}

/** One more job of a build fits beside the group. */
function fits(group: readonly Taken[], { memoryPerJob }: Job, { cores, memory }: Capacity): boolean {
  const jobs = group.reduce((sum, build) => sum + build.jobs, 1);
  const needed = group.reduce((sum, build) => sum + build.jobs * build.memoryPerJob, memoryPerJob);
  return jobs <= cores && needed <= memory;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : 1;
}

/** Part of the memory that builds may take: the engine, the linker and the rest of the machine need some. */
const usable = 0.85;

/**
 * Resources of the machine of the engine, as the engine says: it may be a virtual machine, or somewhere else. Those of
 * this machine if none answers.
 */
export async function engineCapacity(): Promise<Capacity> {
  try {
    const docker = await openEngine();
    const { NCPU: cores, MemTotal: bytes }: { NCPU: number; MemTotal: number } = await docker.info();
    if (cores > 0 && bytes > 0) return { cores, memory: mebibytes(bytes) };
  } catch {
    // A plan needs no engine.
  }
  return { cores: availableParallelism(), memory: mebibytes(totalmem()) };
}

function mebibytes(bytes: number): number {
  return Math.floor((bytes * usable) / 1024 ** 2);
}

/** --jobs: how many compilers at the same time. Throws VP901 for anything but a number. */
export function readJobs(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new PipelineError('VP901', `--jobs: not a number of jobs, got ${text}`, { fix: 'write a number from 1 on' });
}

/**
 * The capacity where the user names a number of jobs: so many, whatever the memory; reports where that may be short.
 */
export function withJobs(
  jobs: number,
  machine: Capacity,
  modules: readonly Omit<Job, 'name'>[],
  report: (line: string) => void,
): Capacity {
  const needed = jobs * Math.max(0, ...modules.map(({ memoryPerJob }) => memoryPerJob));
  if (needed > machine.memory)
    report(`Note: ${jobs} jobs may need ${needed} MiB, and builds have ${machine.memory} MiB here`);
  return { cores: jobs, memory: Number.POSITIVE_INFINITY };
}
