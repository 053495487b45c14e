import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { git } from './git.ts';
import type { Remote } from './patience.ts';
import { fetchPin, type Pin } from './pinned-repository.ts';
import { type Submodule, submodulesOf } from './submodules.ts';

/** Bare repositories of one fetch, each under a name made from its URL. */
export interface Store {
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
 * Writes the files of a fetched commit and of its submodules, without .git. The same files for everyone: no conversion of line ends, no
 * permissions of a umask, and every time is that of the commit. Where a change here gives other files, `layout` of source-id.ts becomes
 * another one.
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
  await execa('find', [folder, '-exec', 'touch', '--no-dereference', `--date=@${epoch}`, '{}', '+']);
}

/** Takes the umask out of the permissions of all files below a folder. */
export async function plainPermissions(folder: string): Promise<void> {
  await execa('chmod', ['-R', 'u=rwX,go=rX', folder]);
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
  // What an earlier export left there is about other files.
  await rm(join(bare, 'index'), { force: true });
  const places = ['--git-dir', bare, '--work-tree', into];
  await git([...plainFiles, ...places, 'read-tree', '--reset', '-u', pin.commit], aborted);
  for (const { path, tree } of submodules) await exportFiles(store, tree, join(into, path), aborted);
}
