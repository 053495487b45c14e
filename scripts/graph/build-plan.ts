import type { ModuleBuild, ModuleManifest } from '../../modules/schema.ts';
import type { LockedBase, LockedLine, LockedSource } from '../data/lock.ts';
import type { ReleaseLine } from '../data/release-line.ts';
import { upstreamVersion } from '../data/version.ts';
import { type WantedBase, type WantedSource, wantedLine } from '../data/wanted.ts';
import { sourceId } from '../inputs/source-folder.ts';
import { PipelineError } from '../problems/pipeline-error.ts';

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
  /** What the folder of the fetched source is named for. */
  readonly id: string | null;
  /** As in the manifest, with {valkey} filled in. */
  readonly build: ModuleBuild;
  readonly dependencies: readonly PlannedDependency[];
}

export type PlannedBase =
  | { readonly kind: 'image'; readonly reference: string; readonly digest: string | null }
  | { readonly kind: 'debian'; readonly suite: string; readonly package: string; readonly version: string | null };

/** What a line's build consists of, before anything is fetched. */
export interface BuildPlan {
  readonly line: string;
  /** Version of the server; null where the base says it and is not resolved. */
  readonly valkey: string | null;
  readonly base: PlannedBase;
  readonly modules: readonly PlannedModule[];
  /** Modules that come with the base, out of Debian packages. */
  readonly packaged: readonly string[];
}

/**
 * The build of a line, or of the modules that `only` names, with what the lock says. Pure, and possible without a lock: requireCurrent says
 * whether it can be built. Throws VP104 for a module that the line does not build, VP105 for one whose manifest does not say how.
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
  const valkey = line.valkey ?? debian;
  const modules = names
    .filter((name) => only.length === 0 || only.includes(name))
    .flatMap((name) => {
      const source = wanted.modules[name];
      return source === undefined
        ? []
        : [planModule(manifestOf(name, manifests), source, locked?.modules[name], valkey)];
    });
  const packaged = Object.keys(wanted.modules).filter((name) => !names.includes(name));
  return { line: line.line, valkey, base, modules, packaged: packaged.sort() };
}

function manifestOf(name: string, manifests: readonly ModuleManifest[]): ModuleManifest & { build: ModuleBuild } {
  const manifest = manifests.find((one) => one.name === name);
  if (manifest?.build !== undefined) return { ...manifest, build: manifest.build };
  throw new PipelineError('VP105', 'the manifest has no section build', { where: `modules/${name}/module.yaml` });
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

function planModule(
  manifest: ModuleManifest & { build: ModuleBuild },
  wanted: WantedSource,
  locked: LockedSource | undefined,
  valkey: string | null,
): PlannedModule {
  const { name, file, licence } = manifest;
  const build = withValkey(manifest.build, valkey);
  const common = { name, file, licence, build };
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
  const commit = known?.commit ?? null;
  const dependencies = planDependencies(wanted, manifest.build, known?.dependencies ?? {});
  const id = known === undefined ? null : sourceId(known);
  return { ...common, origin: repository, tag, version: tag, commit, id, dependencies };
}

function planDependencies(
  wanted: Extract<WantedSource, { kind: 'git' }>,
  build: ModuleBuild,
  locked: Extract<LockedSource, { kind: 'git' }>['dependencies'],
): PlannedDependency[] {
  return Object.entries(wanted.dependencies).map(([name, { repository, ref }]) => {
    const known = locked[name];
    const same = known?.repository === repository && known.ref === ref;
    const licence = build.dependencies.find((one) => one.name === name)?.licence ?? 'NOASSERTION';
    return { name, repository, ref: ref ?? '{valkey}', licence, commit: same ? known.commit : null };
  });
}

/** What is not known yet stays as it is written. */
function withValkey(build: ModuleBuild, valkey: string | null): ModuleBuild {
  const fill = (text: string): string => text.replaceAll('{valkey}', valkey ?? '{valkey}');
  return {
    ...build,
    args: build.args.map(fill),
    environment: Object.fromEntries(Object.entries(build.environment).map(([name, value]) => [name, fill(value)])),
    artifact: fill(build.artifact),
  };
}
