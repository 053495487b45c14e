import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeJson } from '../lib/files.ts';
import { architectureOf, type Platform } from '../lib/platform.ts';
import type { Buildx } from '../lib/programs.ts';
import { artifactsPath, paths, type Workspace } from '../lib/workspace.ts';
import { type AboutBuild, type BuildKitRun, runBuildKit } from './buildkit.ts';
import { dockerfileOf } from './plan.ts';

/** A target of `docker buildx bake`. */
interface BakeTarget {
  readonly context: string;
  readonly dockerfile: string;
  readonly 'dockerfile-inline'?: string;
  readonly args: Readonly<Record<string, string>>;
  readonly platforms: readonly [Platform];
  readonly output: readonly string[];
  readonly secret?: readonly string[];
  readonly 'no-cache-filter'?: readonly string[];
  readonly 'cache-from'?: readonly string[];
  readonly 'cache-to'?: readonly string[];
  readonly tags?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
}

interface BakeFile {
  readonly target: Readonly<Record<string, BakeTarget>>;
}

/** A module and the folder that it is built from. */
export interface ModuleTarget {
  readonly name: string;
  /** The build context: tree/, dependencies/, cargo/, tools/. */
  readonly context: string;
  /** SOURCE_DATE_EPOCH of its build. */
  readonly epoch: number;
  /** The text that is built in the place of its Dockerfile: see withoutNetwork. */
  readonly text?: string;
}

/** An image that is assembled out of what the modules' targets gave. */
export interface ImageTarget {
  readonly variant: string;
  /** Laid out by layOutImage. */
  readonly context: string;
  readonly tag: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface BakeInput {
  readonly workspace: Workspace;
  readonly line: string;
  readonly platform: Platform;
  /** The image that FROM names. */
  readonly base: string;
  readonly modules: readonly ModuleTarget[];
  readonly images: readonly ImageTarget[];
  /** Compile the modules anew; their toolchains stay. */
  readonly noCache: boolean;
  /** Folder in which modules are kept that other machines have compiled. */
  readonly cache?: string;
}

/**
 * The whole build of a line as data: a target a module, one for what is in the base, and one an image. Paths are
 * absolute.
 */
export function bakeFile(input: BakeInput): BakeFile {
  const { workspace, line, platform, base, modules, images, noCache, cache } = input;
  const folder = incoming(workspace, line, platform);
  const common = { platforms: [platform] } as const;
  const built = modules.map(({ name, context, epoch, text }): [string, BakeTarget] => [
    name,
    {
      ...common,
      context,
      dockerfile: dockerfileOf(workspace, name),
      ...(text !== undefined && { 'dockerfile-inline': text }),
      args: { BASE: base, SOURCE_DATE_EPOCH: String(epoch) },
      secret: [`id=jobs,src=${jobsFile(workspace, line, name)}`],
      output: [`type=local,dest=${join(folder, name)}`],
      ...(noCache && { 'no-cache-filter': [`module-${name}`] }),
      ...(cache !== undefined && cacheOf(cache, name)),
    },
  ]);
  const facts: BakeTarget = {
    ...common,
    context: paths.docker,
    dockerfile: join(paths.docker, 'facts.Dockerfile'),
    args: { BASE: base },
    output: [`type=local,dest=${join(folder, baseTarget)}`],
  };
  const assembled = images.map(({ variant, context, tag, labels }): [string, BakeTarget] => [
    imageTarget(variant),
    {
      ...common,
      context,
      dockerfile: join(paths.docker, 'image.Dockerfile'),
      args: { BASE: base },
      tags: [tag],
      labels,
      output: ['type=docker'],
    },
  ]);
  return { target: Object.fromEntries([...built, [baseTarget, facts], ...assembled]) };
}

/** The Dockerfile of a module in which what compiles, the stage module-<name>, has no network. */
export function withoutNetwork(dockerfile: string, name: string): string {
  let stage = '';
  return dockerfile
    .split('\n')
    .map((line) => {
      stage = /^FROM .* AS (\S+)$/i.exec(line)?.[1] ?? stage;
      return stage === `module-${name}` ? line.replace(/^RUN /, 'RUN --network=none ') : line;
    })
    .join('\n');
}

/**
 * What the last stage gave is kept, and by which inputs it is known: enough for a module whose inputs are the same. Not
 * `max`, which would keep all compilers and trees.
 */
function cacheOf(folder: string, module: string): Pick<BakeTarget, 'cache-from' | 'cache-to'> {
  return {
    'cache-from': [`type=local,src=${join(folder, module)}`],
    'cache-to': [`type=local,dest=${newCache(folder, module)},mode=min`],
  };
}

/** Written anew each time, and put in the place of the earlier one: what is written into a cache is never taken out. */
export function newCache(folder: string, module: string): string {
  return join(folder, `${module}.new`);
}

/** The target that reads what is in the base. The names of modules have no `_`. */
export const baseTarget = '_base';

/** The target that assembles a variant's image. */
export function imageTarget(variant: string): string {
  return `image_${variant}`;
}

/** The folder that bake writes to: nobody else reads it. */
export function incoming(workspace: Workspace, line: string, platform: Platform): string {
  return join(artifactsPath(workspace, line, architectureOf(platform)), '.incoming');
}

/** The file with what a module's build may take. */
export function jobsFile({ dist }: Workspace, line: string, module: string): string {
  return join(dist, 'bake', line, 'jobs', module);
}

interface BakeRun extends Pick<AboutBuild, 'log' | 'repeat'>, Pick<BuildKitRun, 'aborted' | 'report'> {
  readonly buildx: Buildx;
}

/** Writes dist/bake/<line>.json, and hands targets of it to `docker buildx bake`. Throws what a failure means. */
export async function bake(input: BakeInput, targets: readonly string[], run: BakeRun): Promise<void> {
  const { buildx, log, repeat, ...rest } = run;
  const file = join(input.workspace.dist, 'bake', `${input.line}.json`);
  await mkdir(dirname(file), { recursive: true });
  await writeJson(file, bakeFile(input));
  await runBuildKit({
    ...rest,
    command: [...buildx.command, 'bake', '--file', file, ...targets],
    // A newer buildx would ask for leave to read each folder that is not below the one it runs in.
    env: { ...buildx.env, BUILDX_BAKE_ENTITLEMENTS_FS: '0' },
    about: { name: 'buildx', log, repeat },
  });
}
