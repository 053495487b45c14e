import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { embeddedManifests, REHEARSAL } from '../image/entrypoint-build.ts';
import { buildExecutable } from '../image/single-executable.ts';
import { paths } from '../lib/workspace.ts';
import { CONF, type Effort, folders, median, OUTPUT, PROGRAMS, timeCases } from './timer.ts';
import type { StartTrace } from './watch.ts';

/** Where the milliseconds of a start go, from a build of the entrypoint whose door to the system is watched. */
export async function measurePhases(effort: Effort, node: string): Promise<readonly Phase[]> {
  await buildWatched(node, join(folders.programs, 'bundle-docker-entrypoint'));
  const argv = [`${PROGRAMS}/bundle-docker-entrypoint`, 'valkey-server', `${CONF}/stock.conf`];
  await timeCases([{ name: 'watched', argv, env: { BENCH_TRACE: `${OUTPUT}/trace.jsonl` } }], effort);
  const lines = (await readFile(join(folders.output, 'trace.jsonl'), 'utf8')).trimEnd().split('\n');
  return phasesOf(lines.slice(effort.warmUp).map((line) => JSON.parse(line) as StartTrace));
}

/** Builds the watched entrypoint as the real one is built, from the same stripped Node. */
async function buildWatched(node: string, output: string): Promise<void> {
  await mkdir(paths.contexts, { recursive: true });
  const work = await mkdtemp(join(paths.contexts, 'watched-'));
  try {
    const define = { __MANIFESTS__: embeddedManifests() };
    const input = join(import.meta.dirname, 'watched.ts');
    await buildExecutable({ input, define, rehearsal: REHEARSAL, node, work, output });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** A stretch of a start. Milliseconds, medians over the runs. */
export interface Phase {
  readonly name: string;
  readonly milliseconds: number;
  /** How much of it was spent in the system, through host.ts. */
  readonly system: number;
}

interface Mark {
  readonly name: string;
  readonly at: number;
}

/** Where the time of many starts went, from the order to start the process to execve. */
export function phasesOf(traces: readonly StartTrace[]): Phase[] {
  const runs = traces.map(phasesOfOne);
  const names = (runs[0] ?? []).map(({ name }) => name);
  return names.map((name) => {
    const same = runs.flatMap((phases) => phases.filter((phase) => phase.name === name));
    return {
      name,
      milliseconds: median(same.map(({ milliseconds }) => milliseconds)),
      system: median(same.map(({ system }) => system)),
    };
  });
}

function phasesOfOne(trace: StartTrace): Phase[] {
  const marks = marksOf(trace);
  return marks.map(({ name, at }, index) => {
    const end = marks[index + 1]?.at ?? trace.exec;
    const calls = trace.calls.filter(({ from }) => from >= at && from < end);
    const system = calls.reduce((sum, { from, to }) => sum + to - from, 0);
    return { name, milliseconds: (end - at) / 1000, system: system / 1000 };
  });
}

/** Where each phase begins: at Node's own milestones, and then at the first call of what it begins with. */
function marksOf(trace: StartTrace): Mark[] {
  const first = (name: string): number => {
    const call = trace.calls.find((candidate) => candidate.name === name);
    if (call === undefined) throw new Error(`the start never called ${name}`);
    return call.from;
  };
  return [
    { name: 'the kernel and the dynamic linker load Node', at: trace.started },
    { name: 'Node: its own start', at: trace.node },
    { name: 'Node: V8, the isolate and the environment', at: trace.v8 },
    { name: 'Node: its bootstrap', at: trace.environment },
    { name: 'Node: loads the program and its code cache', at: trace.bootstrap },
    { name: 'the program: bundle.json, user, command line', at: trace.main },
    { name: 'reads and parses the configuration', at: first('readConf') },
    { name: 'discovers modules, merges, checks their files', at: first('listDirectory') },
    { name: 'decides how to say it', at: first('candidates') },
    { name: 'writes the record, prints the summary', at: first('writePrivate') },
    { name: 'gives the data directory to the user', at: first('own') },
    { name: 'becomes the user, checks access', at: first('dropTo') },
    { name: 'restores signals, hands over to execve', at: first('restoreSignals') },
  ];
}
