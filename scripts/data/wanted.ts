import type { ModuleBuild, ModuleManifest } from '../../modules/schema.ts';
import { sha256 } from '../lib/files.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import { type Architecture, architectureOf } from '../lib/platform.ts';
import type { Workspace } from '../lib/workspace.ts';
import { type LockedBase, type LockedLine, type LockedSource, readLock } from './lock.ts';
import { loadManifests } from './manifests.ts';
import type { LineModule, ReleaseLine } from './release-line.ts';
import { isWithin, upstreamVersion } from './version.ts';

/** A repository that a module's build clones. `ref` is null where the server's version is in it, and not known yet. */
export interface WantedDependency {
  readonly repository: string;
  readonly ref: string | null;
  readonly pin: 'tag' | 'commit';
}

interface WantedPackage {
  readonly package: string;
  readonly suites: readonly string[];
}

export type WantedSource =
  | {
      readonly kind: 'git';
      readonly repository: string;
      readonly tag: string;
      readonly dependencies: Readonly<Record<string, WantedDependency>>;
      /** The project keeps the Cargo.lock of its build. */
      readonly cargoLock?: 'kept';
    }
  | ({ readonly kind: 'debian-source' } & WantedPackage)
  | ({ readonly kind: 'debian-package' } & WantedPackage);

export type WantedBase =
  | { readonly kind: 'image'; readonly image: string; readonly tag: string; readonly reference: string }
  | { readonly kind: 'debian'; readonly suite: string; readonly valkey: WantedPackage };

/** The inputs that a release line asks for, in the terms of lock.json. */
export interface WantedLine {
  readonly line: string;
  readonly architectures: readonly Architecture[];
  readonly base: WantedBase;
  readonly modules: Readonly<Record<string, WantedSource>>;
}

/** A line as loadLine gives it has a manifest for each of its modules. `base`: the locked base, where there is one. */
export function wantedLine(
  line: ReleaseLine,
  manifests: readonly ModuleManifest[],
  base: LockedBase | undefined,
): WantedLine {
  const valkey = line.valkey ?? (base?.kind === 'debian' ? upstreamVersion(base.valkey.version) : null);
  const modules = Object.entries(line.modules).map(([name, entry]): [string, WantedSource] => {
    const manifest = manifests.find((one) => one.name === name);
    if (manifest === undefined) throw new Error(`the line ${line.line} was not compared with the manifests: ${name}`);
    return [name, wantedSource(entry, manifest, valkey)];
  });
  return {
    line: line.line,
    architectures: line.platforms.map(architectureOf),
    base: wantedBase(line.base),
    modules: Object.fromEntries(modules),
  };
}

/** The repositories that the build of one release of a module clones. */
export function wantedDependencies(
  build: ModuleBuild | undefined,
  tag: string,
  valkey: string | null,
): Record<string, WantedDependency> {
  const needed = build?.dependencies.filter((one) => isWithin(tag, one)) ?? [];
  return Object.fromEntries(
    needed.map(({ name, repository, ref, pin }) => [name, { repository, ref: withValkey(ref, valkey), pin }]),
  );
}

function wantedSource(
  { tag, debianSource, debianPackage }: LineModule,
  manifest: ModuleManifest,
  valkey: string | null,
) {
  if (tag !== undefined) {
    const dependencies = wantedDependencies(manifest.build, tag, valkey);
    const { cargoLock } = manifest.build ?? {};
    return {
      kind: 'git',
      repository: manifest.repository,
      tag,
      dependencies,
      ...(cargoLock && { cargoLock }),
    } as const;
  }
  if (debianSource !== undefined) return { kind: 'debian-source', ...debianSource } as const;
  if (debianPackage === undefined) throw new Error(`${manifest.name} comes from nowhere, which the schema rules out`);
  return { kind: 'debian-package', package: debianPackage.package, suites: debianPackage.suites } as const;
}

function wantedBase(base: ReleaseLine['base']): WantedBase {
  if ('debian' in base) return { kind: 'debian', suite: base.debian.suite, valkey: base.debian.valkey };
  return { kind: 'image', image: base.image, tag: base.tag, reference: `${base.image}:${base.tag}` };
}

function withValkey(text: string, valkey: string | null): string | null {
  if (!/\{valkey(-line)?\}/.test(text)) return text;
  if (valkey === null) return null;
  return text.replaceAll('{valkey}', valkey).replaceAll('{valkey-line}', valkey.split('.').slice(0, 2).join('.'));
}

/** The digest of the line's part of lock.json. Throws VP201 or VP202 where that is not what the line asks for. */
export function lockOfLine(workspace: Workspace, line: ReleaseLine): string {
  const locked = readLock(workspace).lines[line.line];
  const wanted = wantedLine(line, loadManifests(workspace.modules), locked?.base);
  requireCurrent(line.line, differences(wanted, locked));
  if (locked === undefined) throw new Error(`the line ${line.line} is current, and not locked`);
  return lockDigest(locked);
}

/** SHA-256 of a line's part of the lock: the same for the same content, however its file is laid out. */
export function lockDigest(line: LockedLine): string {
  return sha256(JSON.stringify(sorted(line)));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, entry]) => [key, sorted(entry)]));
}

/** A place where lock.json and a release line differ. */
interface Difference {
  /** The base, or a module's name. */
  readonly input: string;
  readonly kind: 'missing' | 'stale';
  readonly what: string;
}

/** Gives what resolve would have to do for a line: nothing, if the list is empty. Needs no network. */
export function differences(wanted: WantedLine, locked: LockedLine | undefined): Difference[] {
  const modules = Object.entries(wanted.modules).flatMap(([name, source]) =>
    sourceDifferences(name, source, locked?.modules[name], wanted.architectures),
  );
  const surplus = Object.keys(locked?.modules ?? {})
    .filter((name) => !(name in wanted.modules))
    .map((name): Difference => ({ input: name, kind: 'stale', what: 'the line has no such module any more' }));
  return [...baseDifferences(wanted.base, locked?.base, wanted.architectures), ...modules, ...surplus];
}

/** Throws VP201 where lock.json lacks something that the line asks for, VP202 where it answers another question. */
export function requireCurrent(line: string, found: readonly Difference[]): void {
  if (found.length === 0) return;
  const missing = found.filter(({ kind }) => kind === 'missing');
  const code = missing.length > 0 ? 'VP201' : 'VP202';
  const what = missing.length > 0 ? `unresolved: ${missing.length} inputs` : `stale: ${found.length} inputs`;
  throw new PipelineError(code, `line ${line} is ${what}`, {
    where: 'modules/lock.json',
    details: found.map(({ input, what: why }) => `  ${input}: ${why}`).join('\n'),
    fix: `npm run resolve -- --line ${line}`,
  });
}

export function baseDifferences(
  wanted: WantedBase,
  locked: LockedBase | undefined,
  architectures: WantedLine['architectures'],
): Difference[] {
  const say = differenceOf('base');
  if (wanted.kind === 'image') {
    if (locked === undefined) return [say('missing', `no digest of ${wanted.reference}`)];
    if (locked.kind === 'image' && locked.reference === wanted.reference) return [];
    return [say('stale', `the line has ${wanted.reference}, the lock has ${nameOfBase(locked)}`)];
  }
  if (locked === undefined) return [say('missing', `no version of ${wanted.valkey.package}`)];
  if (locked.kind !== 'debian' || locked.suite !== wanted.suite)
    return [say('stale', `the line has Debian ${wanted.suite}, the lock has ${nameOfBase(locked)}`)];
  return sourceDifferences('base', { kind: 'debian-package', ...wanted.valkey }, locked.valkey, architectures);
}

export function sourceDifferences(
  input: string,
  wanted: WantedSource,
  locked: LockedSource | undefined,
  architectures: WantedLine['architectures'],
): Difference[] {
  const say = differenceOf(input);
  const name = nameOf(wanted);
  if (locked === undefined) return [say('missing', `${noPin[wanted.kind]} of ${name}`)];
  if (wanted.kind === 'git' && locked.kind === 'git') {
    if (wanted.repository === locked.repository && wanted.tag === locked.tag)
      return [
        ...dependencyDifferences(say, wanted.dependencies, locked.dependencies),
        ...cargoLockDifferences(say, `modules/${input}/Cargo-${wanted.tag}.lock`, wanted.cargoLock, locked.cargoLock),
      ];
  } else if (wanted.kind === locked.kind && wanted.kind !== 'git' && locked.kind !== 'git') {
    if (wanted.package === locked.package) {
      if (locked.kind === 'debian-source') return [];
      const lacking = architectures.filter((architecture) => locked.sha256[architecture] === undefined);
      return lacking.map((architecture) => say('missing', `no checksum of ${name} for ${architecture}`));
    }
  }
  return [say('stale', `the line has ${name}, the lock has ${nameOf(locked)}`)];
}

function cargoLockDifferences(
  say: ReturnType<typeof differenceOf>,
  file: string,
  wanted: 'kept' | undefined,
  locked: string | undefined,
): Difference[] {
  if (wanted === undefined)
    return locked === undefined ? [] : [say('stale', `its crates are those of its own Cargo.lock, not of ${file}`)];
  return locked !== undefined ? [] : [say('missing', `no ${file}: resolve writes it where cargo is on the PATH`)];
}

function dependencyDifferences(
  say: ReturnType<typeof differenceOf>,
  wanted: Readonly<Record<string, WantedDependency>>,
  locked: Extract<LockedSource, { kind: 'git' }>['dependencies'],
): Difference[] {
  const found = Object.entries(wanted).flatMap(([name, { repository, ref }]): Difference[] => {
    const known = locked[name];
    if (known === undefined)
      return [say('missing', `no commit of its dependency ${name}, ${ref ?? 'of no known ref'}`)];
    if (known.repository === repository && known.ref === ref) return [];
    const [now, then] = [`${repository} ${ref ?? '{valkey}'}`, `${known.repository} ${known.ref}`];
    return [say('stale', `its dependency ${name} is ${now}, the lock has ${then}`)];
  });
  const surplus = Object.keys(locked).filter((name) => !(name in wanted));
  return [...found, ...surplus.map((name) => say('stale', `it has no dependency ${name} any more`))];
}

const noPin = {
  git: 'no commit',
  'debian-source': 'no version',
  'debian-package': 'no version',
} as const satisfies Record<WantedSource['kind'], string>;

function nameOf(source: WantedSource | LockedSource): string {
  switch (source.kind) {
    case 'git':
      return `${source.repository} ${source.tag}`;
    case 'debian-source':
      return `the source package ${source.package}`;
    case 'debian-package':
      return `the package ${source.package}`;
  }
}

function nameOfBase(base: LockedBase): string {
  return base.kind === 'image' ? base.reference : `Debian ${base.suite}`;
}

function differenceOf(input: string) {
  return (kind: Difference['kind'], what: string): Difference => ({ input, kind, what });
}
