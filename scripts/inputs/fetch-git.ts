import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LockedSource } from '../data/lock.ts';
import { textIfThere, writeWhole } from '../lib/files.ts';
import { git } from './git.ts';
import { exportTree, fetchTree, type PinnedTree, pinRef, plainPermissions } from './pinned-tree.ts';
import type { Remote } from './remote.ts';
import { type SourceRecord, sourceId } from './source-folder.ts';
import { vendorCrates } from './vendor-crates.ts';

type GitSource = Extract<LockedSource, { kind: 'git' }>;

interface CrateSource {
  /** The Cargo.lock that the project keeps; null: that of the tree counts, if it has one. */
  readonly lock: string | null;
  /** cratesPath. */
  readonly cache: string;
}

/**
 * Fills a folder with tree/ (the commit with its submodules), dependencies/ (what its build clones) and, for a build by
 * cargo, cargo/ (its Cargo.lock and the crates of it). What an interrupted fetch of the same source left in the folder
 * is used.
 */
export async function fetchGit(
  module: string,
  source: GitSource,
  folder: string,
  crates: CrateSource,
  remote: Remote,
): Promise<SourceRecord> {
  const { repository, tag, commit } = source;
  const repositories = join(folder, 'repositories');
  const store = { pathOf: (url: string) => join(repositories, `${urlSlug(url)}.git`) };
  const pin = { url: repository, commit, refs: [`refs/tags/${tag}`], title: `${module} ${tag}`, isSubmodule: false };
  const tree = await fetchTree(store, pin, remote);
  const cloned = await fetchDependencies(module, source.dependencies, join(folder, 'dependencies'), remote);
  await rm(join(folder, 'tree'), { recursive: true, force: true });
  const epoch = await exportTree(store, tree, join(folder, 'tree'), remote.aborted);
  const lock = crates.lock ?? textIfThere(join(folder, 'tree', 'Cargo.lock'));
  if (lock !== null) {
    const where = `Cargo.lock of ${module} ${tag}`;
    await vendorCrates(lock, { where, folder: join(folder, 'cargo'), cache: crates.cache, epoch, remote });
  }
  await rm(repositories, { recursive: true, force: true });
  const pins = [...pinsOf(tree, 'tree', () => null), ...cloned];
  return { module, kind: 'git', origin: repository, ref: tag, id: sourceId(source), epoch, pins };
}

/** A commit and its submodules, by the places that a clone has them at. `bareOf`: the repository of a URL. */
function pinsOf(
  { pin: { url, commit }, submodules }: PinnedTree,
  part: string,
  bareOf: (url: string) => string | null,
): SourceRecord['pins'] {
  const below = submodules.flatMap(({ path, tree }) => pinsOf(tree, `${part}/${path}`, bareOf));
  return [{ part, repository: url, commit, bare: bareOf(url) }, ...below];
}

type Dependencies = Extract<LockedSource, { kind: 'git' }>['dependencies'];

/** The folder's path inside a build: the paths in its gitconfig begin with it. */
const mountedAt = '/dependencies';

/**
 * Fetches what a module's build clones, each as <name>.git in which the ref that the build asks for leads to the pinned
 * commit. Their submodules lie beside them: a clone with --recurse-submodules asks for those as well. gitconfig leads
 * every one of the URLs here. Gives the pins of all.
 */
async function fetchDependencies(
  module: string,
  dependencies: Dependencies,
  folder: string,
  remote: Remote,
): Promise<SourceRecord['pins']> {
  const entries = Object.entries(dependencies).sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0) return [];
  const store = openStore(entries.map(([name, { repository }]) => [name, repository]));
  const pathOf = (url: string): string => join(folder, store.placeOf(url));
  const pins: SourceRecord['pins'] = [];
  for (const [name, { repository, ref, commit }] of entries) {
    const title = `${module}, dependency ${name}`;
    const refs = [`refs/tags/${ref}`, `refs/heads/${ref}`];
    const tree = await fetchTree({ pathOf }, { url: repository, commit, refs, title, isSubmodule: false }, remote);
    pins.push(...pinsOf(tree, `dependencies/${name}`, (url) => `dependencies/${store.placeOf(url)}`));
    await nameRef(pathOf(repository), ref, commit, remote.aborted);
  }
  await writeWhole(join(folder, 'gitconfig'), gitConfig(store.places()));
  await plainPermissions(folder);
  return pins;
}

interface OpenStore {
  placeOf(url: string): string;
  /** URL to place. */
  places(): ReadonlyMap<string, string>;
}

/**
 * One repository a URL, since that is what git looks for: a dependency can be another one's submodule, at another
 * commit.
 */
function openStore(named: readonly (readonly [name: string, url: string])[]): OpenStore {
  const places = new Map<string, string>();
  for (const [name, url] of named) places.set(canonicalUrl(url), `${name}.git`);
  return {
    placeOf: (url) => {
      const key = canonicalUrl(url);
      const place = places.get(key) ?? `submodules/${urlSlug(url)}.git`;
      places.set(key, place);
      return place;
    },
    places: () => places,
  };
}

/** As tag and as branch, because builds ask for either in the same words; a ref that is a commit needs no name. */
async function nameRef(bare: string, ref: string, commit: string, aborted: AbortSignal): Promise<void> {
  const at = ['--git-dir', bare];
  if (ref === commit) {
    await git([...at, 'symbolic-ref', 'HEAD', pinRef(commit)], aborted);
    return;
  }
  await git([...at, 'update-ref', `refs/tags/${ref}`, commit], aborted);
  await git([...at, 'update-ref', `refs/heads/${ref}`, commit], aborted);
  await git([...at, 'symbolic-ref', 'HEAD', `refs/heads/${ref}`], aborted);
}

/**
 * For GIT_CONFIG_GLOBAL. git takes the longest matching prefix, so each URL is named as it stands, with and without
 * .git.
 */
function gitConfig(places: ReadonlyMap<string, string>): string {
  const sections = [...places].sort().map(([url, place]) => {
    const lines = [`[url "file://${mountedAt}/${place}"]`, `insteadOf = ${url}`, `insteadOf = ${url}.git`];
    return `${lines.join('\n\t')}\n`;
  });
  // git lets submodules come from a file only where it is told so; and the folder belongs to whoever fetched it.
  return `${sections.join('')}[protocol "file"]\n\tallow = always\n[safe]\n\tdirectory = *\n`;
}

/**
 * A file name for a repository's URL; the same for the forms that lead to one repository: with and without .git, or a
 * slash at the end.
 */
export function urlSlug(url: string): string {
  return canonicalUrl(url)
    .replace(/^[a-z+]+:\/\//, '')
    .replaceAll(/[^A-Za-z0-9.-]+/g, '_')
    .replace(/^[._-]+/, '');
}

/** The URL without what hosts ignore at its end. */
export function canonicalUrl(url: string): string {
  return url.replace(/\/+$/, '').replace(/\.git$/, '');
}
