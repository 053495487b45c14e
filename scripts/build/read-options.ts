import type { PlannedModule } from '../graph/build-plan.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import type { Capacity } from './schedule.ts';

/** --jobs: how many compilers at the same time. Throws VP901 for what is no number. */
export function readJobs(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new PipelineError('VP901', `--jobs: not a number of jobs, got ${text}`, { fix: 'write a number from 1 on' });
}

/** What builds may take where the user says how many jobs: so many, whatever the memory; says where that may be short. */
export function withJobs(
  jobs: number,
  machine: Capacity,
  modules: readonly PlannedModule[],
  report: (line: string) => void,
): Capacity {
  const needed = jobs * Math.max(0, ...modules.map(({ build }) => build.memoryPerJob));
  if (needed > machine.memory)
    report(`Note: ${jobs} jobs may need ${needed} MiB, and builds have ${machine.memory} MiB here`);
  return { cores: jobs, memory: Number.POSITIVE_INFINITY };
}

type Values = Readonly<Record<string, string | boolean | undefined>>;

/** The command line that builds again, as the user gave it, for these modules. */
export function repeatCommand(values: Values, modules: readonly string[]): string {
  const options = Object.entries(values).flatMap(([name, value]) => {
    if (value === undefined || value === false) return [];
    return value === true ? [`--${name}`] : [`--${name}`, value];
  });
  return ['npm run build --', ...modules, ...options].join(' ');
}
