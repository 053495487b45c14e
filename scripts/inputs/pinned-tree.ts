import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PipelineError } from '../lib/pipeline-error.ts';
import { silent } from '../lib/run.ts';
import { git, gitRemote, NotThere } from './git.ts';
import type { Remote } from './remote.ts';

/** A commit of a repository, and why it is wanted. */
interface Pin {
  readonly url: string;
  readonly commit: string;
  /** Asked for where a remote gives no commit by its hash: full names of refs, or a pattern of them. */
  readonly refs: readonly string[];
  /** For a reader: the module, or the path of the submodule. */
  readonly title: string;
  /** A submodule's URL comes out of the fetched source. */
  readonly isSubmodule: boolean;
}

/** Bare repositories of one fetch, each under a name made from its URL. */
interface Store {
  pathOf(url: string): string;
}

/** A commit in a store, with its submodules. */
export interface PinnedTree {
  readonly pin: Pin;
  readonly submodules: readonly (Submodule & { readonly tree: PinnedTree })[];
}

/** Fetches a commit and, recursively, the submodules that it names, each at exactly the commit that it names. */
export async function fetchTree(store: Store, pin: Pin, remote: Remote): Promise<PinnedTree> {
  const bare = store.pathOf(pin.url);
  await fetchPin(bare, pin, remote);
  const submodules: (Submodule & { tree: PinnedTree })[] = [];
  for (const submodule of await submodulesOf(bare, pin.commit, pin.url, remote.aborted)) {
    const { path, url, commit } = submodule;
    const title = `${pin.title}, submodule ${path}`;
    const tree = await fetchTree(store, { url, commit, refs: ['refs/heads/*'], title, isSubmodule: true }, remote);
    submodules.push({ ...submodule, tree });
  }
  return { pin, submodules };
}

/**
 * Writes the files of a fetched commit and of its submodules, without .git. The same files for everyone: no conversion
 * of line ends, no permissions of a umask, and every time is that of the commit. Where a change here gives other files,
 * `layout` of source-folder.ts becomes another one.
 */
export async function exportTree(store: Store, tree: PinnedTree, into: string, aborted: AbortSignal): Promise<number> {
  await exportFiles(store, tree, into, aborted);
  const bare = store.pathOf(tree.pin.url);
  const epoch = Number(await git(['--git-dir', bare, 'log', '-1', '--format=%ct', tree.pin.commit], aborted));
  await normalise(into, epoch);
  return epoch;
}

/** Gives all files below a folder one time, and permissions that do not depend on who unpacked them. */
export async function normalise(folder: string, epoch: number): Promise<void> {
  await plainPermissions(folder);
  await silent`find ${folder} -exec touch --no-dereference --date=@${epoch} {} +`;
}

/** Takes the umask out of the permissions of all files below a folder. */
export async function plainPermissions(folder: string): Promise<void> {
  await silent`chmod -R u=rwX,go=rX ${folder}`;
}

/** The user's own settings must not change the files. */
const plainFiles = [
  ...[
    'core.autocrlf=false',
    'core.eol=lf',
    'core.symlinks=true',
    'core.fileMode=true',
    'core.attributesFile=/dev/null',
  ],
  'core.hooksPath=/dev/null',
].flatMap((setting) => ['-c', setting]);

async function exportFiles(store: Store, { pin, submodules }: PinnedTree, into: string, aborted: AbortSignal) {
  const bare = store.pathOf(pin.url);
  await mkdir(into, { recursive: true });
  // The index of an earlier export is about other files.
  await rm(join(bare, 'index'), { force: true });
  const places = ['--git-dir', bare, '--work-tree', into];
  await git([...plainFiles, ...places, 'read-tree', '--reset', '-u', pin.commit], aborted);
  for (const { path, tree } of submodules) await exportFiles(store, tree, join(into, path), aborted);
}

/** A submodule as a commit names it. */
interface Submodule {
  readonly path: string;
  readonly url: string;
  readonly commit: string;
}

/** The submodules of one commit in a bare repository. `repository`: its URL, which relative ones count from. */
async function submodulesOf(
  bare: string,
  commit: string,
  repository: string,
  aborted: AbortSignal,
): Promise<Submodule[]> {
  const tree = await git(['--git-dir', bare, 'ls-tree', '-r', '-z', commit], aborted);
  const links = parseLinks(tree);
  if (links.size === 0) return [];
  const blob = `--blob=${commit}:.gitmodules`;
  const config = ['--git-dir', bare, 'config', blob, '-z', '--get-regexp', '^submodule\\..*\\.(path|url)$'];
  const urls = parseUrls(await git(config, aborted).catch(() => ''));
  return [...links].flatMap(([path, pinned]) => {
    const url = urls.get(path);
    // A link that .gitmodules does not name is an empty folder in a clone as well.
    return url === undefined ? [] : [{ path, commit: pinned, url: absoluteUrl(repository, url) }];
  });
}

/** `160000 commit <sha>\t<path>` of `git ls-tree -z`: path to commit. */
export function parseLinks(tree: string): Map<string, string> {
  const links = new Map<string, string>();
  for (const entry of tree.split('\0')) {
    const [, commit, path] = /^160000 commit ([0-9a-f]+)\t(.+)$/s.exec(entry) ?? [];
    if (commit !== undefined && path !== undefined) links.set(path, commit);
  }
  return links;
}

/** `submodule.<name>.path\n<value>` of `git config -z`: path to URL. */
export function parseUrls(config: string): Map<string, string> {
  const entries = new Map<string, { path?: string; url?: string }>();
  for (const entry of config.split('\0')) {
    const [, name, key, value] = /^submodule\.(.*)\.(path|url)\n(.*)$/s.exec(entry) ?? [];
    if (name === undefined || value === undefined) continue;
    entries.set(name, { ...entries.get(name), [key === 'path' ? 'path' : 'url']: value });
  }
  const urls = new Map<string, string>();
  for (const { path, url } of entries.values()) if (path !== undefined && url !== undefined) urls.set(path, url);
  return urls;
}

/**
 * As `git submodule` resolves ./x and ../x: against the URL of the repository around it, with or without a slash at its
 * end.
 */
export function absoluteUrl(repository: string, url: string): string {
  if (!/^\.\.?\//.test(url)) return url;
  let base = repository.replace(/\/+$/, '');
  let joint = '/';
  let rest = url;
  for (;;) {
    if (rest.startsWith('../')) {
      rest = rest.slice(3);
      const [last = ''] = /[/:][^/:]*$/.exec(base) ?? [];
      // host:path has no slash before its first folder.
      if (last.startsWith(':')) joint = ':';
      base = base.slice(0, base.length - last.length);
    } else if (rest.startsWith('./')) rest = rest.slice(2);
    else return `${base}${joint}${rest.replace(/\/+$/, '')}`;
  }
}

/** Names the pin in the repository: a branch, so that a plain clone brings the commit along. */
export function pinRef(commit: string): string {
  return `refs/heads/pinned-${commit}`;
}

/**
 * Makes sure that the bare repository `bare` has exactly this commit, without its history where the remote can do that;
 * git checks each object against its name. Throws VP205 if the remote does not have the commit, and what gitRemote
 * throws.
 */
async function fetchPin(bare: string, pin: Pin, remote: Remote): Promise<void> {
  if (await has(bare, pinRef(pin.commit), remote.aborted)) return;
  await initialise(bare, remote.aborted);
  if (pin.isSubmodule && pin.url.startsWith('-')) throw missing(pin, 'its URL is an option');
  remote.report(`${pin.title}: fetching ${pin.commit.slice(0, 12)} of ${pin.url}`);
  const fetch = (args: readonly string[]): Promise<string> =>
    gitRemote(
      pin.url,
      ['--git-dir', bare, 'fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance', ...args],
      remote,
      pin.isSubmodule ? 'named by a submodule' : 'named by us',
    );
  try {
    await fetch(['--depth=1', pin.url, `+${pin.commit}:${pinRef(pin.commit)}`]);
  } catch (error) {
    if (!(error instanceof NotThere)) throw error;
    await fetchByName(bare, pin, fetch, remote.aborted);
  }
  if (await has(bare, 'HEAD', remote.aborted)) return;
  await git(['--git-dir', bare, 'symbolic-ref', 'HEAD', pinRef(pin.commit)], remote.aborted);
}

/** Not every server gives a commit by its hash: ask for what led to it, and look whether it is there. */
async function fetchByName(
  bare: string,
  pin: Pin,
  fetch: (args: readonly string[]) => Promise<string>,
  aborted: AbortSignal,
): Promise<void> {
  let seen = 'it has none of the refs that should lead there';
  for (const from of pin.refs) {
    const candidate = from.replace('refs/', 'refs/candidates/');
    // A branch has moved on: the commit is somewhere in its history.
    const depth = from.startsWith('refs/tags/') ? ['--depth=1'] : [];
    try {
      await fetch([...depth, pin.url, `+${from}:${candidate}`]);
    } catch (error) {
      if (error instanceof NotThere) continue;
      throw error;
    }
    if (await has(bare, `${pin.commit}^{commit}`, aborted)) {
      await git(['--git-dir', bare, 'update-ref', pinRef(pin.commit), pin.commit], aborted);
      await dropCandidates(bare, aborted);
      return;
    }
    seen = candidate.includes('*')
      ? 'it is on none of its branches'
      : `its ${from} leads to ${await git(['--git-dir', bare, 'rev-parse', `${candidate}^{commit}`], aborted)}`;
  }
  throw missing(pin, seen);
}

async function dropCandidates(bare: string, aborted: AbortSignal): Promise<void> {
  const listed = await git(['--git-dir', bare, 'for-each-ref', '--format=%(refname)', 'refs/candidates'], aborted);
  for (const name of listed.split('\n').filter(Boolean)) {
    await git(['--git-dir', bare, 'update-ref', '-d', name], aborted);
  }
}

/**
 * Without the user's template: the folder is a part of the build's context. Servers of old gave no commit by its hash;
 * ours does.
 */
async function initialise(bare: string, aborted: AbortSignal): Promise<void> {
  await mkdir(bare, { recursive: true });
  await dropRemains(bare);
  await git(['init', '--quiet', '--bare', '--template=', bare], aborted);
  await git(['--git-dir', bare, 'config', 'uploadpack.allowAnySHA1InWant', 'true'], aborted);
}

/** Removes what a killed git leaves behind: locks that would stop the next one, and halves of packs. */
async function dropRemains(bare: string): Promise<void> {
  const packs = join(bare, 'objects/pack');
  const halves = (await readdir(packs).catch(() => [])).filter((name) => name.startsWith('tmp_'));
  const locks = ['HEAD.lock', 'config.lock', 'packed-refs.lock', 'shallow.lock'];
  for (const path of [...locks.map((name) => join(bare, name)), ...halves.map((name) => join(packs, name))])
    await rm(path, { force: true });
}

async function has(bare: string, object: string, aborted: AbortSignal): Promise<boolean> {
  const quietly = ['--git-dir', bare, 'rev-parse', '--quiet', '--verify', object];
  return await git(quietly, aborted).then(
    () => true,
    () => {
      aborted.throwIfAborted();
      return false;
    },
  );
}

function missing({ url, commit, title }: Pin, why: string): PipelineError {
  return new PipelineError('VP205', `${title}: the repository does not give the commit ${commit}: ${why}`, {
    where: url,
  });
}
