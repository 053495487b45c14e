import type { ModuleBuild } from '../../modules/schema.ts';
import type { PlannedModule } from './build-plan.ts';
import { cache, reads, run } from './dockerfile.ts';

/** What every module is built with, beside what its builder and its manifest add. */
const common = ['binutils', 'ca-certificates', 'ccache', 'g++', 'gcc', 'git', 'jq', 'libc6-dev', 'make', 'patchelf'];

/** A stage of compilers, shared by the modules that need the same packages. */
export interface Toolchain {
  readonly stage: string;
  readonly packages: readonly string[];
  /** What rustup installs. */
  readonly rust: string | undefined;
  readonly modules: readonly string[];
}

/** The toolchains of the modules, in the order of their first modules. A name of two modules has `_`, which no module's name has. */
export function toolchainsOf(modules: readonly PlannedModule[]): Toolchain[] {
  const found = new Map<string, Toolchain>();
  for (const { name, build } of modules) {
    const packages = extraPackages(build);
    const rust = rustupToolchain(build);
    const key = JSON.stringify([packages, rust]);
    const names = [...(found.get(key)?.modules ?? []), name];
    found.set(key, { stage: `toolchain-${names.join('_')}`, packages, rust, modules: names });
  }
  return [...found.values()];
}

/** The packages of a module's build, all of them: for a reader. */
export function packagesOf(build: ModuleBuild): string[] {
  return [...common, ...extraPackages(build)].sort();
}

function extraPackages(build: ModuleBuild): string[] {
  const wanted = new Set([...broughtBy(build), ...build.packages]);
  return [...wanted].filter((name) => !common.includes(name)).sort();
}

function broughtBy(build: ModuleBuild): string[] {
  switch (build.builder) {
    case 'cmake':
      return ['cmake', 'ninja-build'];
    case 'cargo':
      return rustupToolchain(build) === undefined ? ['cargo', 'rustc'] : ['curl'];
    case 'make':
      return [];
    case 'script':
      return rustupToolchain(build) === undefined ? [] : ['curl'];
  }
}

function rustupToolchain({ rust }: ModuleBuild): string | undefined {
  return rust === 'debian' ? undefined : rust;
}

/** Every toolchain is the base itself and compilers, so what is built fits the libraries that it will run with. */
export function toolchainStages(toolchains: readonly Toolchain[], files: string): string[] {
  return [
    ['FROM base AS toolchain', 'USER 0:0', install(files, common)].join('\n'),
    ...toolchains.map(({ stage, packages, rust }) =>
      [
        `FROM toolchain AS ${stage}`,
        ...(packages.length > 0 ? [install(files, packages)] : []),
        ...(rust === undefined ? [] : [installRust(files, rust)]),
      ].join('\n'),
    ),
  ];
}

function install(files: string, packages: readonly string[]): string {
  return run(
    ['sh', '/build/apt.sh', ...packages],
    [
      reads(`${files}/builders/apt.sh`, '/build/apt.sh'),
      cache('apt-archives', '/var/cache/apt', 'locked'),
      cache('apt-lists', '/var/lib/apt/lists', 'locked'),
    ],
  );
}

function installRust(files: string, toolchain: string): string {
  return run(['sh', '/build/rust.sh', toolchain], [reads(`${files}/builders/rust.sh`, '/build/rust.sh')]);
}
