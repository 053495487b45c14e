import type { Architecture } from '../pipeline/platform.ts';
import type { Crate } from './cargo-lock.ts';
import type { ComponentFacts } from './component.ts';
import type { BuiltModule, PackagedModule } from './inputs.ts';
import { cratePurl, debianPurl, debianSourcePurl, sourcePurl } from './purl.ts';

type Dependency = BuiltModule['record']['dependencies'][number];

export interface ModuleComponents {
  readonly module: ComponentFacts;
  readonly parts: readonly ComponentFacts[];
}

/** One module, and what its build brought in: repositories by commit or tag, crates, and what floats. */
export function builtComponents({ record, crates }: BuiltModule): ModuleComponents {
  const [, debian] = /^Debian source package (\S+)$/.exec(record.origin) ?? [];
  const purl =
    debian === undefined ? sourcePurl(record.module, record.origin, record.tag) : debianSourcePurl(debian, record.tag);
  const module: ComponentFacts = {
    key: `module:${record.module}`,
    type: 'library',
    name: record.module,
    version: record.version,
    purl,
    licence: record.licence,
    sha256: record.sha256,
    repository: debian === undefined ? record.origin : undefined,
    properties: {
      'builder-image': record.builderImage,
      commit: record.commit,
      file: record.file,
      pinned: 'true',
      tag: record.tag,
    },
  };
  const known = record.dependencies.map((entry) => dependency(entry, crates));
  const named = new Set(known.map(({ purl }) => purl));
  const surplus = crates.map((entry) => crate(entry, true)).filter(({ purl }) => !named.has(purl));
  return { module, parts: [...known, ...surplus] };
}

/** A module out of a binary package: the hash that is known is the package's, not the file's. */
export function packagedComponents(
  { name, file, licence, source }: PackagedModule,
  architecture: Architecture,
): ModuleComponents {
  const { package: debian, version, sha256 } = source;
  const purl = debianPurl({ name: debian, version, architecture }, null);
  const properties = { file, 'package-sha256': sha256[architecture] ?? null, pinned: 'true' };
  return { module: { key: `module:${name}`, type: 'library', name, version, purl, licence, properties }, parts: [] };
}

/** By the form of its origin: a crate, a repository, or words that say why nobody can name a version. */
function dependency(entry: Dependency, crates: readonly Crate[]): ComponentFacts {
  const { name, origin, version, licence, pinned } = entry;
  if (/^(registry|sparse|git)\+/.test(origin)) {
    const crateName = name.replace(/^crate /, '');
    const locked = crates.find((other) => other.name === crateName && other.version === version);
    return crate({ name: crateName, version, source: origin, checksum: locked?.checksum ?? null }, pinned);
  }
  if (!/^[a-z]+:\/\//.test(origin)) {
    return { key: `floating:${name}`, type: 'library', name, licence, properties: { pinned: 'false', why: origin } };
  }
  const [, ref = version, commit = null] = /^(\S+) ([0-9a-f]{40,64})$/.exec(version) ?? [];
  const purl = sourcePurl(name, origin, ref);
  const properties = { commit, pinned: String(pinned) };
  const key = keyOf(commit === null ? purl : `${purl}#${commit}`, pinned);
  return { key, type: 'library', name, version: ref, purl, licence, repository: origin, properties };
}

/** Cargo.lock holds what the build was allowed to use: crates for other systems and for tests are in it, too. */
function crate(entry: Crate, pinned: boolean): ComponentFacts {
  const purl = cratePurl(entry);
  const { name, version, checksum } = entry;
  const properties = { 'listed-by': 'Cargo.lock', pinned: String(pinned) };
  return { key: keyOf(purl, pinned), type: 'library', name, version, purl, sha256: checksum, properties };
}

/** The same thing, floating in one module's build and pinned in another's, is two entries. */
function keyOf(purl: string, pinned: boolean): string {
  return pinned ? purl : `${purl}#floating`;
}
