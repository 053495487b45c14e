import { PackageURL } from 'packageurl-js';
import type { BaseImageRecord } from '../pipeline/records.ts';
import type { Crate } from './cargo-lock.ts';

/** Package URLs, as the types of the purl specification have them. */

/** A source by its repository: pkg:github where that is the host, else pkg:generic with the repository as qualifier. */
export function sourcePurl(name: string, origin: string, version: string): string {
  const repository = origin.replace(/\.git$/, '').replace(/\/$/, '');
  const [, owner, project] = /^https:\/\/github\.com\/([^/]+)\/([^/]+)$/.exec(repository) ?? [];
  if (owner !== undefined && project !== undefined) return purl('github', owner, project, version);
  return purl('generic', undefined, name, version, { vcs_url: `git+${origin}` });
}

/** A source package of the Debian archive. */
export function debianSourcePurl(name: string, version: string): string {
  return purl('deb', 'debian', name, version, { arch: 'source' });
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
): string {
  return new PackageURL(type, namespace, name, version, { ...qualifiers }, undefined).toString();
}
