import { Contrib, Enums, Models } from '@cyclonedx/cyclonedx-library';
import { PackageURL } from 'packageurl-js';
import parseExpression from 'spdx-expression-parse';
import type { Crate } from '../data/cargo-lock.ts';
import type { BaseImageRecord } from '../image/labels.ts';

/**
 * One entry of the list, before it becomes CycloneDX's. `key` is its bom-ref: the same thing found twice is one entry.
 */
export interface ComponentFacts {
  readonly key: string;
  readonly type: 'application' | 'container' | 'library' | 'platform';
  readonly name: string;
  readonly version?: string | undefined;
  readonly purl?: string | undefined;
  readonly cpe?: `cpe:2.3:${string}` | undefined;
  readonly licence?: string | undefined;
  readonly sha256?: string | null | undefined;
  readonly description?: string | undefined;
  /** False: the build used it, and it is no part of what was built. */
  readonly linked?: boolean | undefined;
  /** The repository of its source. */
  readonly repository?: string | undefined;
  /** Written as `valkey-bundle:<name>`; null ones are left out. */
  readonly properties?: Readonly<Record<string, string | null>>;
}

const types = {
  application: Enums.ComponentType.Application,
  container: Enums.ComponentType.Container,
  library: Enums.ComponentType.Library,
  platform: Enums.ComponentType.Platform,
} as const;

const licences = new Contrib.License.Factories.LicenseFactory((text) => void parseExpression(text));

export function componentOf(facts: ComponentFacts): Models.Component {
  const { key, type, name, version, purl, cpe, licence, sha256, description, linked, repository } = facts;
  const component = new Models.Component(types[type], name, {
    bomRef: key,
    ...(version === undefined ? {} : { version }),
    ...(purl === undefined ? {} : { purl }),
    ...(cpe === undefined ? {} : { cpe }),
    ...(description === undefined ? {} : { description }),
    ...(linked === false ? { scope: Enums.ComponentScope.Excluded } : {}),
  });
  if (licence !== undefined) component.licenses.add(licences.makeFromString(licence));
  if (typeof sha256 === 'string') component.hashes.set(Enums.HashAlgorithm['SHA-256'], sha256);
  if (repository !== undefined) {
    component.externalReferences.add(new Models.ExternalReference(repository, Enums.ExternalReferenceType.VCS));
  }
  for (const [property, value] of Object.entries(facts.properties ?? {})) {
    if (value !== null) component.properties.add(new Models.Property(`valkey-bundle:${property}`, value));
  }
  return component;
}

/**
 * What another module's build says about a component that is known already: linked into one of them, it is in the
 * image.
 */
export function alsoKnownAs(component: Models.Component, { linked, licence, properties }: ComponentFacts): void {
  if (linked !== true) return;
  delete component.scope;
  if (component.licenses.size === 0 && licence !== undefined) component.licenses.add(licences.makeFromString(licence));
  const texts = properties?.[textsProperty];
  if (typeof texts === 'string') component.properties.add(new Models.Property(`valkey-bundle:${textsProperty}`, texts));
}

/** The property that names the files of the image with the licence of a component. */
export const textsProperty = 'licence-texts';

/** Says whether a text is a licence expression of SPDX, with identifiers that its list has. */
export function isExpression(text: string): boolean {
  try {
    parseExpression(text);
    return true;
  } catch {
    return false;
  }
}

/** Package URLs, as the types of the purl specification have them. */

/**
 * A source by its repository: pkg:github where that is the host, else pkg:generic with the repository as qualifier.
 * `folder`: a place in it.
 */
export function sourcePurl(name: string, origin: string, version: string, folder?: string): string {
  const repository = origin.replace(/\.git$/, '').replace(/\/$/, '');
  const [, owner, project] = /^https:\/\/github\.com\/([^/]+)\/([^/]+)$/.exec(repository) ?? [];
  if (owner !== undefined && project !== undefined) return purl('github', owner, project, version, {}, folder);
  return purl('generic', undefined, name, version, { vcs_url: `git+${origin}` }, folder);
}

/** A source package of the Debian archive. */
export function debianSourcePurl(name: string, version: string, folder?: string): string {
  return purl('deb', 'debian', name, version, { arch: 'source' }, folder);
}

/** An installed package. `distro` is what scanners go by, in the form that they write themselves: debian-13. */
export function debianPurl(entry: BaseImageRecord['packages'][number], release: string | null): string {
  const distro = release === null ? {} : { distro: `debian-${release}` };
  return purl('deb', 'debian', entry.name, entry.version, { arch: entry.architecture, ...distro });
}

export function cratePurl({ name, version, source }: Crate): string {
  const fromGit = source.startsWith('git+') ? { vcs_url: source } : {};
  return purl('cargo', undefined, name, version, fromGit);
}

/** An image: its digest is its version; name and repository as the specification derives them from the reference. */
export function imagePurl(reference: string, digest: string): string {
  const repository = reference.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  const tag = /:([^/:@]+)(?:@.*)?$/.exec(reference)?.[1];
  const name = repository.slice(repository.lastIndexOf('/') + 1);
  return purl('oci', undefined, name, digest, { repository_url: repository, ...(tag === undefined ? {} : { tag }) });
}

export function genericPurl(name: string, version: string): string {
  return purl('generic', undefined, name, version);
}

function purl(
  type: string,
  namespace: string | undefined,
  name: string,
  version: string,
  qualifiers: Readonly<Record<string, string>> = {},
  subpath?: string,
): string {
  return new PackageURL(type, namespace, name, version, { ...qualifiers }, subpath).toString();
}
