/** A build that is to be run, and what one job of its compiler needs. */
export interface Job {
  readonly name: string;
  /** MiB. */
  readonly memoryPerJob: number;
}

/** What the machine that builds has. */
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
 * Builds that run at the same time, one group after the other: in each group the jobs fit the cores and their memory fits the machine.
 * A group takes the build that needs the most memory a job, which takes the longest too, and those within half of that; then whatever
 * still fits. So a long build has the machine, and short ones share it. A build gets one job at least, even where the memory is short.
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

/** Whether one more job of a build fits beside the group. */
function fits(group: readonly Taken[], { memoryPerJob }: Job, { cores, memory }: Capacity): boolean {
  const jobs = group.reduce((sum, build) => sum + build.jobs, 1);
  const needed = group.reduce((sum, build) => sum + build.jobs * build.memoryPerJob, memoryPerJob);
  return jobs <= cores && needed <= memory;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : 1;
}
