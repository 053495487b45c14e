import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type LinkedParts, type ModuleManifest, moduleBuild } from '../../modules/schema.ts';
import { type LockedBase, type LockedLine, type LockedSource, readLock } from '../data/lock.ts';
import { loadManifests } from '../data/manifests.ts';
import { loadLine, type ReleaseLine } from '../data/release-line.ts';
import { upstreamVersion } from '../data/version.ts';
import { differences, requireCurrent, type WantedBase, type WantedSource, wantedLine } from '../data/wanted.ts';
import { sourceId } from '../inputs/source-folder.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import type { Platform } from '../lib/platform.ts';
import type { Workspace } from '../lib/workspace.ts';
import type { Share } from './schedule.ts';

/** A repository that a module's build clones while it runs. `commit` is null until it is resolved. */
interface PlannedDependency {
  readonly name: string;
  readonly repository: string;
  readonly ref: string;
  readonly licence: string;
  readonly commit: string | null;
}

/** A module that is built from source. Null stands for what modules/lock.json does not say yet. */
export interface PlannedModule {
  readonly name: string;
  readonly file: string;
  readonly licence: string;
  /** Repository URL, or `Debian source package <name>`. */
  readonly origin: string;
  /** Tag in the repository, or version of the source package. */
  readonly tag: string | null;
  readonly version: string | null;
  readonly commit: string | null;
  /** sourceId: the name of the folder of the fetched source. */
  readonly id: string | null;
  /** MiB that one job of the compiler needs. */
  readonly memoryPerJob: number;
  readonly dependencies: readonly PlannedDependency[];
  readonly floating: readonly { readonly name: string; readonly why: string }[];
  readonly linked: LinkedParts;
}

type PlannedBase =
  | { readonly kind: 'image'; readonly reference: string; readonly digest: string | null }
  | { readonly kind: 'debian'; readonly suite: string; readonly package: string; readonly version: string | null };

/** The parts of a line's build, before anything is fetched. */
interface BuildPlan {
  readonly line: string;
  /** Version of the server; null where the base says it and is not resolved. */
  readonly valkey: string | null;
  readonly base: PlannedBase;
  readonly modules: readonly PlannedModule[];
  /** Modules that come with the base, out of Debian packages. */
  readonly packaged: readonly string[];
}

/** A line with everything that its data says about building it. */
export interface ReadBuild {
  readonly line: ReleaseLine;
  readonly locked: LockedLine | undefined;
  readonly plan: BuildPlan;
  /** Throws VP201 or VP202 where lock.json does not pin what would be built. */
  readonly requirePinned: () => void;
}

/**
 * Reads a line, the manifests and the lock, and plans the build of the modules that `only` names, or of all. Needs no
 * lock. Throws VP105 for a module without a Dockerfile.
 */
export function readBuild(workspace: Workspace, name: string, only: readonly string[] = []): ReadBuild {
  const line = loadLine(workspace, name);
  const manifests = loadManifests(workspace.modules);
  const locked = readLock(workspace).lines[name];
  const plan = planBuild(line, manifests, locked, only);
  for (const module of plan.modules) {
    const where = dockerfileOf(workspace, module.name);
    if (!existsSync(where)) throw new PipelineError('VP105', 'the module has no Dockerfile', { where });
  }
  const requirePinned = (): void => {
    const found = differences(wantedLine(line, manifests, locked?.base), locked);
    const inputs = ['base', ...plan.modules.map((module) => module.name), ...plan.packaged];
    requireCurrent(name, only.length === 0 ? found : found.filter(({ input }) => inputs.includes(input)));
  };
  return { line, locked, plan, requirePinned };
}

/** The file that says how a module is built. */
export function dockerfileOf({ modules }: Workspace, module: string): string {
  return join(modules, module, 'Dockerfile');
}

/**
 * The build of a line, or of the modules that `only` names, with what the lock says. Pure, and possible without a lock:
 * requirePinned says whether it can be built. Throws VP104 for a module that the line does not build.
 */
export function planBuild(
  line: ReleaseLine,
  manifests: readonly ModuleManifest[],
  locked: LockedLine | undefined,
  only: readonly string[] = [],
): BuildPlan {
  const wanted = wantedLine(line, manifests, locked?.base);
  const names = Object.keys(wanted.modules)
    .filter((name) => wanted.modules[name]?.kind !== 'debian-package')
    .sort();
  for (const name of only) {
    if (names.includes(name)) continue;
    throw new PipelineError('VP104', `line ${line.line} builds no module ${name} from source`, {
      fix: `name one of ${names.join(', ') || '(it builds none)'}`,
    });
  }
  const base = planBase(wanted.base, locked?.base);
  const debian = base.kind === 'debian' && base.version !== null ? upstreamVersion(base.version) : null;
  const modules = names
    .filter((name) => only.length === 0 || only.includes(name))
    .flatMap((name) => {
      const [source, manifest] = [wanted.modules[name], manifests.find((one) => one.name === name)];
      return source === undefined || manifest === undefined
        ? []
        : [planModule(manifest, source, locked?.modules[name])];
    });
  const packaged = Object.keys(wanted.modules).filter((name) => !names.includes(name));
  return { line: line.line, valkey: line.valkey ?? debian, base, modules, packaged: packaged.sort() };
}

function planBase(wanted: WantedBase, locked: LockedBase | undefined): PlannedBase {
  if (wanted.kind === 'image') {
    const { reference } = wanted;
    const known = locked?.kind === 'image' && locked.reference === reference;
    return { kind: 'image', reference, digest: known ? locked.digest : null };
  }
  const { suite, valkey } = wanted;
  const known = locked?.kind === 'debian' && locked.suite === suite && locked.valkey.package === valkey.package;
  return { kind: 'debian', suite, package: valkey.package, version: known ? locked.valkey.version : null };
}

function planModule(manifest: ModuleManifest, wanted: WantedSource, locked: LockedSource | undefined): PlannedModule {
  const { name, file, licence, build } = manifest;
  const { memoryPerJob, floating, linked } = moduleBuild.parse(build ?? {});
  const common = { name, file, licence, memoryPerJob, floating, linked };
  if (wanted.kind !== 'git') {
    const known = locked?.kind === 'debian-source' && locked.package === wanted.package ? locked : undefined;
    const version = known?.version ?? null;
    return {
      ...common,
      origin: `Debian source package ${wanted.package}`,
      tag: version,
      version: version === null ? null : upstreamVersion(version),
      commit: null,
      id: known === undefined ? null : sourceId(known),
      dependencies: [],
    };
  }
  const { repository, tag } = wanted;
  const known = locked?.kind === 'git' && locked.repository === repository && locked.tag === tag ? locked : undefined;
  return {
    ...common,
    origin: repository,
    tag,
    version: tag,
    commit: known?.commit ?? null,
    id: known === undefined ? null : sourceId(known),
    dependencies: planDependencies(wanted, manifest, known?.dependencies ?? {}),
  };
}

function planDependencies(
  wanted: Extract<WantedSource, { kind: 'git' }>,
  { build }: ModuleManifest,
  locked: Extract<LockedSource, { kind: 'git' }>['dependencies'],
): PlannedDependency[] {
  return Object.entries(wanted.dependencies).map(([name, { repository, ref }]) => {
    const known = locked[name];
    const same = known?.repository === repository && known.ref === ref;
    const licence = build?.dependencies.find((one) => one.name === name)?.licence ?? 'NOASSERTION';
    return { name, repository, ref: ref ?? '{valkey}', licence, commit: same ? known.commit : null };
  });
}

const unresolved = 'unresolved: run resolve';

/** The build of a line for a reader: every input with its pin, and where it stands how each module is built. */
export function showPlan(
  workspace: Workspace,
  plan: BuildPlan,
  platform: Platform,
  groups: readonly (readonly Share[])[],
): string {
  const order = groups.map((group) => group.map(({ name }) => name).join(' + '));
  const lines = [
    `line ${plan.line} for ${platform}, valkey ${plan.valkey ?? unresolved}`,
    `base ${showBase(plan.base)}`,
    ...plan.modules.flatMap((module) => ['', ...showModule(workspace, module, groups)]),
    ...(plan.packaged.length > 0 ? ['', `from Debian packages, with the base: ${plan.packaged.join(', ')}`] : []),
    ...(order.length > 0 ? ['', `order: ${order.join(', then ')}`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function showBase(base: PlannedBase): string {
  if (base.kind === 'image') return `${base.reference}@${base.digest ?? unresolved}`;
  return `made here of Debian ${base.suite} with ${base.package} ${base.version ?? unresolved}`;
}

function showModule(workspace: Workspace, module: PlannedModule, groups: readonly (readonly Share[])[]): string[] {
  const { name, version, origin, tag, commit, id, file, memoryPerJob, dependencies, floating } = module;
  // A source package has no commit: its version is the pin.
  const pin = id === null ? unresolved : commit === null ? tag : `commit ${commit}`;
  const share = groups.flat().find((one) => one.name === name);
  const rows: (readonly [string, string])[] = [
    ['source', `${origin}${tag !== null && tag !== pin ? ` tag ${tag}` : ''}, ${pin}`],
    ['built by', dockerfileOf(workspace, name)],
    ['artifact', `/usr/lib/valkey/${file}`],
    ...dependencies.map((one) => ['dependency', `${one.name} ${one.ref} of ${one.repository}, ${pinOf(one)}`] as const),
    ...floating.map((one) => ['floating', `${one.name}: ${one.why}`] as const),
    ['jobs', `${share?.jobs ?? 1}, ${memoryPerJob} MiB each`],
  ];
  return [`module ${name} ${version ?? unresolved}`, ...rows.map(([key, value]) => `  ${key.padEnd(12)} ${value}`)];
}

function pinOf({ commit }: PlannedModule['dependencies'][number]): string {
  return commit === null ? unresolved : `commit ${commit}`;
}
