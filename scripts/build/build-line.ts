import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { incoming, targetOf } from '../graph/bake.ts';
import type { BuildPlan, PlannedModule } from '../graph/build-plan.ts';
import { buildGraph, type Graph } from '../graph/graph.ts';
import { paths } from '../lib/image-paths.ts';
import type { Buildx } from '../lib/programs.ts';
import { architectureOf, type Platform } from '../pipeline/platform.ts';
import type { BaseImageRecord } from '../pipeline/records.ts';
import { artifactsPath, type Workspace } from '../pipeline/workspace.ts';
import { isCurrent, stampsOf } from './artifact-stamp.ts';
import { type Collected, collect } from './collect.ts';
import { ensureBaseRecord } from './ensure-base-record.ts';
import { exclusively } from './exclusive.ts';
import type { FoundSource } from './find-sources.ts';
import { placeGraph, placeJobs } from './place-graph.ts';
import type { PreparedBase } from './prepare-base.ts';
import { runBake } from './run-bake.ts';
import { type Capacity, type Share, schedule } from './schedule.ts';

export interface LineBuild {
  readonly workspace: Workspace;
  /** Resolved, with the modules that are wanted. */
  readonly plan: BuildPlan;
  readonly platform: Platform;
  readonly base: PreparedBase;
  readonly sources: Readonly<Record<string, FoundSource>>;
  /** Asked for only where something has to be built. */
  readonly buildx: () => Promise<Buildx>;
  readonly capacity: () => Promise<Capacity>;
  /** Compile anew, without BuildKit's and the compiler's caches. Toolchains stay. */
  readonly noCache: boolean;
  /** The command that repeats the build, of one module where it is known which. */
  readonly repeat: (module?: string) => string;
  readonly aborted: AbortSignal;
  readonly report: (line: string) => void;
}

export interface BuiltLine {
  /** The modules that this run built, checked and put in place. */
  readonly built: Readonly<Record<string, Collected>>;
  /** Those that were there already, made of the same inputs. */
  readonly upToDate: readonly string[];
}

/**
 * Builds what is not there yet of a line's modules, checks it, and puts it into dist/artifacts/<line>/<arch>: a module appears there whole or
 * not at all, and those that are there stay when another fails.
 */
export async function buildLine(build: LineBuild): Promise<BuiltLine> {
  const folder = artifactsPath(build.workspace, build.plan.line, architectureOf(build.platform));
  return exclusively(folder, () => buildInto(folder, build));
}

async function buildInto(folder: string, build: LineBuild): Promise<BuiltLine> {
  const { workspace, plan, platform, base, sources, report } = build;
  const imageDockerfile = await readFile(join(paths.docker, 'image.Dockerfile'), 'utf8');
  const graph = buildGraph({ plan, platforms: [platform], base, sources, imageDockerfile, images: [] });
  await placeGraph(workspace.dist, graph);
  const stamps = await stampsOf(plan, graph, base.name);

  const wanted: PlannedModule[] = [];
  for (const module of plan.modules) {
    const current =
      !build.noCache && (await isCurrent(join(folder, module.name), stamps.modules.get(module.name) ?? ''));
    if (!current) wanted.push(module);
  }
  const upToDate = plan.modules.filter((module) => !wanted.includes(module)).map(({ name }) => name);
  if (upToDate.length > 0) report(`unchanged: ${upToDate.join(', ')}`);

  const log = join(workspace.dist, 'logs', `build-${plan.line}-${architectureOf(platform)}.log`);
  await rm(log, { force: true });
  const bake = (targets: readonly string[]) => bakeTargets(build, graph, targets, log);
  const from = join(workspace.dist, incoming(plan.line, platform));
  const built: Record<string, Collected> = {};
  try {
    const record = await ensureBaseRecord({ folder, from, base, platform, stamp: stamps.base, bake });
    const groups = wanted.length === 0 ? [] : groupsOf(wanted, await build.capacity());
    for (const group of groups) {
      await placeJobs(workspace.dist, graph.folder, group, !build.noCache);
      await bake(group.map(({ name }) => targetOf(name, platform)));
      for (const module of wanted.filter(({ name }) => group.some((share) => share.name === name)))
        built[module.name] = await collectModule(module, folder, from, record, build, stamps.modules);
    }
    // What a check refused stays for whoever looks into it, until the next build.
    await rm(from, { recursive: true, force: true });
  } finally {
    if (build.aborted.aborted) await rm(from, { recursive: true, force: true });
  }
  return { built, upToDate };
}

/** Which builds run at the same time, and with how many jobs. */
export function groupsOf(modules: readonly PlannedModule[], capacity: Capacity): Share[][] {
  return schedule(
    modules.map(({ name, build }) => ({ name, memoryPerJob: build.memoryPerJob })),
    capacity,
  );
}

async function bakeTargets(build: LineBuild, graph: Graph, targets: readonly string[], log: string): Promise<void> {
  const { workspace, plan, platform, buildx, noCache, aborted, report, repeat } = build;
  await rm(join(workspace.dist, incoming(plan.line, platform)), { recursive: true, force: true });
  const files = ['bake.json', ...(noCache ? ['anew.json'] : [])].map((name) => `${graph.folder}/${name}`);
  await runBake({ buildx: await buildx(), folder: workspace.dist, files, targets, log, repeat, aborted, report });
}

function collectModule(
  module: PlannedModule,
  folder: string,
  from: string,
  base: BaseImageRecord,
  { platform, sources }: LineBuild,
  stamps: ReadonlyMap<string, string>,
): Promise<Collected> {
  return collect(module, {
    from: join(from, module.name),
    to: join(folder, module.name),
    architecture: architectureOf(platform),
    base,
    stamp: stamps.get(module.name) ?? '',
    cratesPinned: sources[module.name]?.cratesPinned ?? false,
  });
}
