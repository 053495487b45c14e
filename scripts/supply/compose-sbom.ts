import { Enums, Models } from '@cyclonedx/cyclonedx-library';
import type { Crate } from '../data/cargo-lock.ts';
import type { Architecture } from '../lib/platform.ts';
import {
  alsoKnownAs,
  type ComponentFacts,
  componentOf,
  cratePurl,
  debianPurl,
  debianSourcePurl,
  genericPurl,
  imagePurl,
  sourcePurl,
  textsProperty,
} from './sbom-component.ts';
import type { BuiltModule, PackagedModule, SbomInputs } from './sbom-inputs.ts';

/** The document of one line and architecture: what the image is, what is in it, and what came in through what. */
export function composeSbom(inputs: SbomInputs): Models.Bom {
  const { line, architecture, epoch, entrypoint } = inputs;
  const known = new Map<string, Models.Component>();
  const add = (facts: ComponentFacts): Models.Component => {
    const component = known.get(facts.key);
    if (component !== undefined) {
      alsoKnownAs(component, facts);
      return component;
    }
    const made = componentOf(facts);
    known.set(facts.key, made);
    return made;
  };
  const addUnder = (top: ComponentFacts, parts: readonly ComponentFacts[]): Models.Component => {
    const component = add(top);
    // In the order of their keys: the document must not depend on the order in which things were found.
    for (const part of parts.toSorted(byKey)) component.dependencies.add(add(part).bomRef);
    return component;
  };

  const image = componentOf({
    key: 'image',
    type: 'container',
    name: 'valkey-bundle',
    version: inputs.base.valkey,
    properties: { architecture, line },
  });
  const { image: base, parts } = baseComponents(inputs);
  const tops = [
    addUnder(base, parts),
    addUnder(program(entrypoint), [runtime(entrypoint)]),
    ...inputs.modules
      .map((entry) => (entry.kind === 'built' ? builtComponents(entry) : packagedComponents(entry, architecture)))
      .map(({ module, parts }) => addUnder(module, parts)),
  ];
  for (const { bomRef } of tops) image.dependencies.add(bomRef);

  const tool = componentOf({
    key: 'tool',
    type: 'application',
    name: 'valkey-bundle sbom',
    version: entrypoint.version,
  });
  return new Models.Bom({
    metadata: new Models.Metadata({
      ...(epoch === null ? {} : { timestamp: new Date(epoch * 1000) }),
      lifecycles: new Models.LifecycleRepository([Enums.LifecyclePhase.Build]),
      tools: new Models.Tools({ components: new Models.ComponentRepository([tool]) }),
      component: image,
    }),
    components: new Models.ComponentRepository(known.values()),
  });
}

/** npm packages only build the program: none of them is in it, and Node is all that it carries. */
function program({ version }: SbomInputs['entrypoint']): ComponentFacts {
  const description = 'The entrypoint: one executable, made of this project and the Node runtime alone';
  return {
    key: 'entrypoint',
    type: 'application',
    name: 'bundle-docker-entrypoint',
    version,
    licence: 'BSD-3-Clause',
    description,
    properties: { file: '/usr/local/libexec/valkey/valkey-bundle', pinned: 'true' },
  };
}

function runtime({ node }: SbomInputs['entrypoint']): ComponentFacts {
  const purl = genericPurl('node', node);
  const cpe = `cpe:2.3:a:nodejs:node.js:${node}:*:*:*:*:*:*:*` as const;
  return {
    key: purl,
    type: 'platform',
    name: 'node',
    version: node,
    purl,
    cpe,
    licence: 'MIT',
    properties: { pinned: 'true' },
  };
}

function byKey(a: ComponentFacts, b: ComponentFacts): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

const server = { name: 'valkey', repository: 'https://github.com/valkey-io/valkey', licence: 'BSD-3-Clause' } as const;

/** The base image, the server where no Debian package brings it, and the Debian packages. */
function baseComponents({ base, lockedBase }: Pick<SbomInputs, 'base' | 'lockedBase'>): {
  readonly image: ComponentFacts;
  readonly parts: readonly ComponentFacts[];
} {
  const { reference, digest, valkey, glibc, packages } = base;
  const image: ComponentFacts = {
    key: `base:${reference}`,
    type: 'container',
    name: reference.replace(/@.*$/, ''),
    version: digest ?? undefined,
    purl: digest === null ? undefined : imagePurl(reference, digest),
    description: digest === null ? 'Minimal Debian, made here from the packages listed below' : undefined,
    properties: { glibc, pinned: 'true', suite: lockedBase?.kind === 'debian' ? lockedBase.suite : null },
  };
  const release = debianRelease(packages);
  const debs = packages.map((entry): ComponentFacts => {
    const purl = debianPurl(entry, release);
    return {
      key: purl,
      type: 'library',
      name: entry.name,
      version: entry.version,
      purl,
      properties: { pinned: 'true' },
    };
  });
  return { image, parts: [...(isPackaged(packages) ? [] : [sourceServer(valkey)]), ...debs] };
}

/** An official image carries a server that was compiled in it: no package of the system knows of it. */
function sourceServer(version: string): ComponentFacts {
  const purl = sourcePurl(server.name, server.repository, version);
  return { key: purl, type: 'application', ...server, version, purl, properties: { pinned: 'true' } };
}

function isPackaged(packages: SbomInputs['base']['packages']): boolean {
  return packages.some(({ name }) => name === 'valkey-tools' || name === 'valkey-server');
}

/**
 * `13.2+deb13u1` of base-files is Debian 13; null where it says something else, as in a suite that is not released yet.
 */
function debianRelease(packages: SbomInputs['base']['packages']): string | null {
  const version = packages.find(({ name }) => name === 'base-files')?.version ?? '';
  return /^(\d+)\D/.exec(`${version} `)?.[1] ?? null;
}

type Dependency = BuiltModule['record']['dependencies'][number];

interface ModuleComponents {
  readonly module: ComponentFacts;
  readonly parts: readonly ComponentFacts[];
}

/** One module, and what its build brought in: repositories by commit or tag, crates, and what floats. */
function builtComponents({ record, crates }: BuiltModule): ModuleComponents {
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
  const known = record.dependencies.map((entry) => dependency(record.module, entry, crates));
  const named = new Set(known.map(({ purl }) => purl));
  const surplus = crates.map((entry) => crate(entry, true)).filter(({ purl }) => !named.has(purl));
  return { module, parts: [...known, ...surplus] };
}

/** A module out of a binary package: the hash that is known is the package's, not the file's. */
function packagedComponents(
  { name, file, licence, source }: PackagedModule,
  architecture: Architecture,
): ModuleComponents {
  const { package: debian, version, sha256 } = source;
  const purl = debianPurl({ name: debian, version, architecture }, null);
  const properties = { file, 'package-sha256': sha256[architecture] ?? null, pinned: 'true' };
  return { module: { key: `module:${name}`, type: 'library', name, version, purl, licence, properties }, parts: [] };
}

/** By the form of its origin: a crate, a repository, or words that say why nobody can name a version. */
function dependency(module: string, entry: Dependency, crates: readonly Crate[]): ComponentFacts {
  const { name, origin, version, licence = unknownLicence(entry), pinned, linked, folder } = entry;
  const about = { name, licence, linked, type: 'library' } as const;
  const texts = licenceFiles(module, entry);
  if (/^(registry|sparse|git)\+/.test(origin)) {
    const crateName = name.replace(/^crate /, '');
    const locked = crates.find((other) => other.name === crateName && other.version === version);
    const found = crate({ name: crateName, version, source: origin, checksum: locked?.checksum ?? null }, pinned);
    return { ...found, licence, linked, properties: { ...found.properties, ...texts } };
  }
  const [, debian] = /^Debian source package (\S+)$/.exec(origin) ?? [];
  if (debian !== undefined && folder !== undefined) {
    const purl = debianSourcePurl(debian, version, folder);
    return { ...about, key: purl, version, purl, properties: { folder, pinned: String(pinned), ...texts } };
  }
  if (!/^[a-z]+:\/\//.test(origin)) {
    return { ...about, key: `floating:${name}`, properties: { pinned: 'false', why: origin } };
  }
  const [, ref = version, commit = null] = /^(\S+) ([0-9a-f]{40,64})$/.exec(version) ?? [];
  const purl = sourcePurl(name, origin, ref, folder);
  const properties = { commit, folder: folder ?? null, pinned: String(pinned), ...texts };
  const key = keyOf(commit === null ? purl : `${purl}#${commit}`, pinned);
  return { ...about, key, version: ref, purl, repository: origin, properties };
}

/** What is in the module has a text, also where nothing names its licence in a form that machines read. */
function unknownLicence({ linked }: Dependency): string | undefined {
  return linked ? 'NOASSERTION' : undefined;
}

function licenceFiles(module: string, { texts }: Dependency): Readonly<Record<string, string>> {
  if (texts === undefined) return {};
  return { [textsProperty]: texts.map((file) => `/usr/share/doc/valkey-bundle/${module}/${file}`).join(' ') };
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
