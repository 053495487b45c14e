import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type FetchedSource, fetchLine } from '../inputs/fetch-line.ts';
import { textIfThere, writeWhole } from '../lib/files.ts';
import { type Architecture, architectureOf, type Platform } from '../lib/platform.ts';
import { ensureBuildx, knowsRunNetwork } from '../lib/programs.ts';
import { artifactsPath, paths, type Workspace } from '../lib/workspace.ts';
import { type LinkedPart, linkedParts } from '../linked/linked-parts.ts';
import { collectBase, collectModule } from './artifacts.ts';
import {
  type BakeInput,
  bake,
  baseTarget,
  incoming,
  jobsFile,
  type ModuleTarget,
  newCache,
  withoutNetwork,
} from './bake.ts';
import { exclusively } from './exclusive.ts';
import type { BaseImageRecord, BuildRecord } from './labels.ts';
import { type PreparedBase, prepareBase } from './line-base.ts';
import { dockerfileOf, type PlannedModule, type ReadBuild, readBuild } from './plan.ts';
import { type Capacity, engineCapacity, type Share, schedule, withJobs } from './schedule.ts';

export interface LineBuild {
  readonly workspace: Workspace;
  readonly line: string;
  readonly platform: Platform;
  /** Only these modules. */
  readonly only?: readonly string[];
  /** The number of compilers at the same time; by default what the machine of the engine allows. */
  readonly jobs?: number | undefined;
  /** Compile anew, without BuildKit's and the compiler's caches. Toolchains stay. */
  readonly noCache?: boolean;
  /** A folder of BuildKit's cache: modules are taken out of it, and kept there for other machines. */
  readonly cache?: string | undefined;
  readonly aborted: AbortSignal;
  readonly report: (line: string) => void;
}

/** The content of dist/artifacts/<line>/<arch> after a build. */
export interface BuiltLine {
  readonly folder: string;
  readonly read: ReadBuild;
  readonly prepared: PreparedBase;
  readonly base: BaseImageRecord;
  /** In the order of the modules' names. */
  readonly built: readonly BuildRecord[];
  /** As it was given to bake. */
  readonly baked: BakeInput;
}

/**
 * Builds a line's modules, each by its Dockerfile, and puts them into dist/artifacts/<line>/<arch>: BuildKit takes out
 * of its cache what is made of the same inputs. A module appears there whole or not at all, and those that are there
 * stay when another fails. `use` gets the result while nobody else writes there.
 */
export async function buildLine<Result>(
  build: LineBuild,
  use: (built: BuiltLine) => Result | Promise<Result>,
): Promise<Result> {
  const { workspace, line, platform, only = [], aborted, report } = build;
  const read = readBuild(workspace, line, only);
  read.requirePinned();
  const folder = artifactsPath(workspace, line, architectureOf(platform));
  return exclusively(folder, async () => {
    const names = read.plan.modules.map(({ name }) => name);
    const fetched =
      names.length === 0 ? {} : await fetchLine(workspace, read.line, read.locked, { only: names, aborted, report });
    const prepared = await prepareBase(read, platform, report);
    return await use(await buildInto(folder, build, read, fetched, prepared));
  });
}

async function buildInto(
  folder: string,
  build: LineBuild,
  read: ReadBuild,
  fetched: Readonly<Record<string, FetchedSource>>,
  prepared: PreparedBase,
): Promise<BuiltLine> {
  const { workspace, line, platform, noCache = false, aborted, report } = build;
  const cache = build.cache === undefined ? undefined : join(build.cache, line, architectureOf(platform));
  const { modules } = read.plan;
  const buildx = await ensureBuildx(prepared.local, report);
  const isSealed = await knowsRunNetwork(buildx);
  const targets: ModuleTarget[] = [];
  const pinned = new Map<string, boolean>();
  const linked = new Map<string, readonly LinkedPart[]>();
  for (const module of modules) {
    const { name } = module;
    const source = fetched[name];
    if (source === undefined) throw new Error(`${name} was not fetched`);
    const text = isSealed && withoutNetwork(await readFile(dockerfileOf(workspace, name), 'utf8'), name);
    targets.push({ name, context: source.folder, epoch: source.record.epoch, ...(text !== false && { text }) });
    await placeTools(source.folder);
    pinned.set(name, existsSync(join(source.folder, 'cargo', 'Cargo.lock')));
    // Before anything is compiled: the build of search takes an hour.
    linked.set(name, await linkedOf(workspace, module, source, architectureOf(platform)));
  }
  const baked = {
    ...{ workspace, line, platform, base: prepared.from, modules: targets },
    ...{ images: [], noCache },
    ...(cache !== undefined && { cache }),
  };
  const from = incoming(workspace, line, platform);
  const log = join(workspace.dist, 'logs', `build-${line}-${architectureOf(platform)}.log`);
  await rm(log, { force: true });
  const repeat = (module?: string): string =>
    `npm run build --${module === undefined ? '' : ` ${module}`} --line ${line} --platform ${platform}`;
  const built = new Map<string, BuildRecord>();
  let base: BaseImageRecord | undefined;
  try {
    for (const group of modules.length === 0 ? [[]] : await groupsOf(modules, build)) {
      await rm(from, { recursive: true, force: true });
      await placeJobs(workspace, line, group, !noCache);
      const names = group.map(({ name }) => name);
      await bake(baked, [...names, baseTarget], { buildx, log, repeat, aborted, report });
      if (cache !== undefined) await keepCaches(cache, names);
      base = await collectBase(join(from, baseTarget), folder, prepared);
      for (const module of modules.filter(({ name }) => names.includes(name))) {
        const { name } = module;
        const epoch = fetched[name]?.record.epoch ?? 0;
        const cratesPinned = pinned.get(name) ?? false;
        const places = { from: join(from, name), to: join(folder, name) };
        const about = { builderImage: prepared.name, epoch, cratesPinned, linked: linked.get(name) ?? [] };
        built.set(name, await collectModule(module, { ...places, ...about }));
      }
    }
  } finally {
    await rm(from, { recursive: true, force: true });
  }
  if (base === undefined) throw new Error('the base was not read');
  const records = modules.flatMap(({ name }) => built.get(name) ?? []);
  return { folder, read, prepared, base, built: records, baked };
}

async function keepCaches(folder: string, modules: readonly string[]): Promise<void> {
  for (const name of modules) {
    await rm(join(folder, name), { recursive: true, force: true });
    await rename(newCache(folder, name), join(folder, name));
  }
}

/** The builds that run at the same time, group after group, with their numbers of jobs. */
export async function groupsOf(
  modules: readonly PlannedModule[],
  { jobs, report }: Pick<LineBuild, 'jobs' | 'report'>,
): Promise<Share[][]> {
  const machine: Capacity = await engineCapacity();
  return schedule(modules, jobs === undefined ? machine : withJobs(jobs, machine, modules, report));
}

/**
 * Puts tools/ into the folder of a module's source, beside what its Dockerfile builds. What is the same stays: a build
 * of another line may read it.
 */
async function placeTools(folder: string): Promise<void> {
  const tools = join(paths.docker, 'tools');
  for (const tool of await readdir(tools))
    await placeSame(join(folder, 'tools', tool), await readFile(join(tools, tool), 'utf8'));
}

function linkedOf(
  { modules }: Workspace,
  { name, version, linked }: PlannedModule,
  source: FetchedSource,
  architecture: Architecture,
): Promise<LinkedPart[]> {
  const about = { module: name, version: version ?? '', data: linked, beside: join(modules, name) };
  return linkedParts({ ...about, source, architecture });
}

async function placeSame(path: string, text: string): Promise<void> {
  if (textIfThere(path) !== text) await writeWhole(path, text);
}

/**
 * Writes what each build of a group may take, where its stage finds it as a secret: no part of what the stage is cached
 * under. A build without cache leaves the compiler's cache alone too.
 */
async function placeJobs(workspace: Workspace, line: string, group: readonly Share[], cache: boolean): Promise<void> {
  for (const { name, jobs, firstCpu } of group) {
    const path = jobsFile(workspace, line, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `${jobs} ${firstCpu} ${cache ? 'on' : 'off'}\n`);
  }
}
