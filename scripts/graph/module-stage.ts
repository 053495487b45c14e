import { posix } from 'node:path';
import type { PlannedModule } from './build-plan.ts';
import { cache, inFolder, type Mount, reads, run } from './dockerfile.ts';

/** Where a module's fetched source lies, as paths of the build context. */
export interface PlacedSource {
  /** The folder that holds tree/ and dependencies/. */
  readonly folder: string;
  /** SOURCE_DATE_EPOCH of the build. */
  readonly epoch: number;
  /** The text of a Cargo.lock of the project's own, for a release that comes without. */
  readonly cargoLock?: string;
}

/**
 * The stage that compiles one module and the one that holds what it gave: the stripped module, its licences, build.json. It reads nothing
 * but the module's own source, its builder and its record, so a change of another module leaves it cached.
 */
export function moduleStages(
  module: PlannedModule,
  toolchain: string,
  source: PlacedSource,
  files: string,
): readonly [string, string] {
  const { name, build } = module;
  const copies = [`COPY ${source.folder}/tree/ /src/`];
  if (source.cargoLock !== undefined)
    copies.push(`COPY ${files}/${cargoLockFile(name)} ${posix.join('/src', build.directory, 'Cargo.lock')}`);
  const compiling = [
    `FROM ${toolchain} AS ${stageOf(name)}`,
    ...copies,
    compile(module, source, files),
    finish(module, files),
  ].join('\n');
  const artifact = [`FROM scratch AS ${artifactOf(name)}`, `COPY --from=${stageOf(name)} /out/ /`].join('\n');
  return [compiling, artifact];
}

/** Where the part of build.json that is known before the build is put, below the folder of the graph. */
export function recordFile(module: string): string {
  return `records/${module}.json`;
}

/** Where a Cargo.lock of the project's own is put, below the folder of the graph. */
export function cargoLockFile(module: string): string {
  return `locks/${module}/Cargo.lock`;
}

/** The stage that compiles the module. */
export function stageOf(module: string): string {
  return `module-${module}`;
}

/** The stage that holds the module's artifact and nothing else. */
export function artifactOf(module: string): string {
  return `artifact-${module}`;
}

function compile({ file, build, dependencies }: PlannedModule, { folder, epoch }: PlacedSource, files: string): string {
  const { builder } = build;
  const script = `/build/${builder}.sh`;
  const mounts: Mount[] = [
    reads(`${files}/builders/environment.sh`, '/build/environment.sh'),
    reads(`${files}/builders/${builder}.sh`, script),
    ...(dependencies.length > 0 ? [reads(`${folder}/dependencies`, '/dependencies')] : []),
    cache('ccache', '/var/cache/ccache', 'shared'),
    cache('cargo', '/var/cache/cargo', 'shared'),
    { type: 'secret', id: 'jobs' },
  ];
  const environment = {
    SOURCE_DATE_EPOCH: String(epoch),
    MODULE_FILE: file,
    MODULE_ARTIFACT: build.artifact,
    ...variablesWithJobs(build.environment),
    // Leads every clone of a dependency, and of its submodules, to the pinned repositories: scripts/fetch writes it.
    ...(dependencies.length > 0 ? { GIT_CONFIG_GLOBAL: '/dependencies/gitconfig' } : {}),
    ...build.environment,
  };
  return run(inFolder(posix.join('/src', build.directory), environment, ['sh', script, ...build.args]), mounts);
}

/** The builder fills {jobs} in, because the number must not be part of what the step is cached under. */
function variablesWithJobs(environment: Readonly<Record<string, string>>): Record<string, string> {
  const names = Object.keys(environment).filter((name) => environment[name]?.includes('{jobs}'));
  return names.length === 0 ? {} : { VARIABLES_WITH_JOBS: names.join(' ') };
}

function finish({ name, file, build }: PlannedModule, files: string): string {
  const environment = {
    MODULE_FILE: file,
    ...(build.addNeeded.length > 0 ? { ADD_NEEDED: build.addNeeded.join(' ') } : {}),
  };
  return run(inFolder('/src', environment, ['sh', '/build/finish.sh', ...build.licenceFiles]), [
    reads(`${files}/builders/finish.sh`, '/build/finish.sh'),
    reads(`${files}/${recordFile(name)}`, '/build/record.json'),
  ]);
}
