import type { LockedSource } from '../data/lock.ts';
import { sha256 } from '../lib/hash.ts';

/**
 * How a source is laid out in its folder: one more with each change of scripts/fetch after which the same pins give other files. It is in
 * every name, and so in the stamp of what is built of the source. A number and not a hash of those scripts: most of their changes are
 * about asking hosts and telling the user, and each would have every source fetched and every module built again.
 */
const layout = 1;

/**
 * What a source's folder under dist/sources/<module>/ is named for: the commit or the Debian version, and eight digits for all else that
 * says what is in it. Sources that may differ need names that differ: all their files have the time of the release, and BuildKit does not
 * read a file again that has the path, size and time that it knows.
 */
export function sourceId(source: Exclude<LockedSource, { kind: 'debian-package' }>): string {
  const [name, pins] = source.kind === 'git' ? [source.commit, clonedBy(source)] : [source.version, filesOf(source)];
  return `${name}-${sha256(JSON.stringify([layout, pins])).slice(0, 8)}`;
}

/** Two lines may build one commit of a module against different servers. */
function clonedBy({ dependencies }: Extract<LockedSource, { kind: 'git' }>): string[][] {
  const entries = Object.entries(dependencies).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([name, { repository, ref, commit }]) => [name, repository, ref, commit]);
}

/** An archive can build a package again under the version that it had. */
function filesOf({ files }: Extract<LockedSource, { kind: 'debian-source' }>): string[][] {
  return files.map(({ name, sha256 }) => [name, sha256]).sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
}
