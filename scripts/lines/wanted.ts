import type { ModuleBuild, ModuleManifest } from '../../modules/schema.ts';
import { upstreamVersion } from '../lib/debian-version.ts';
import { type Architecture, architectureOf } from '../pipeline/platform.ts';
import type { LockedBase } from './lock-file.ts';
import type { LineModule, ReleaseLine } from './release-line.ts';
import { isSince } from './version.ts';

/** A repository that a module's build clones. `ref` is null where it holds {valkey}, and that is not known yet. */
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
    }
  | ({ readonly kind: 'debian-source' } & WantedPackage)
  | ({ readonly kind: 'debian-package' } & WantedPackage);

export type WantedBase =
  | { readonly kind: 'image'; readonly image: string; readonly tag: string; readonly reference: string }
  | { readonly kind: 'debian'; readonly suite: string; readonly valkey: WantedPackage };

/** What a release line asks for, in the terms of lock.json. */
export interface WantedLine {
  readonly line: string;
  readonly architectures: readonly Architecture[];
  readonly base: WantedBase;
  readonly modules: Readonly<Record<string, WantedSource>>;
}

/** A line as loadLine gives it has a manifest for each of its modules. `base`: what is known of the line's base already. */
export function wantedLine(
  line: ReleaseLine,
  manifests: readonly ModuleManifest[],
  base: LockedBase | undefined,
): WantedLine {
  const valkey = line.valkey ?? (base?.kind === 'debian' ? upstreamVersion(base.valkey.version) : null);
  const modules = Object.entries(line.modules).map(([name, entry]): [string, WantedSource] => {
    const manifest = manifests.find((one) => one.name === name);
    if (manifest === undefined) throw new Error(`the line ${line.line} was not held against the manifests: ${name}`);
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
  const needed = build?.dependencies.filter(({ since }) => since === undefined || isSince(tag, since)) ?? [];
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
    return { kind: 'git', repository: manifest.repository, tag, dependencies } as const;
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
  if (!text.includes('{valkey}')) return text;
  return valkey === null ? null : text.replaceAll('{valkey}', valkey);
}
