import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PipelineError } from '../problems/pipeline-error.ts';
import { git, gitRemote, NotThere } from './git.ts';
import type { Remote } from './patience.ts';

/** A commit of a repository, and why it is wanted. */
export interface Pin {
  readonly url: string;
  readonly commit: string;
  /** Where to look for it on a remote that gives no commit by its hash: full names of refs, or a pattern of them. */
  readonly refs: readonly string[];
  /** For a reader: the module, or the path of the submodule. */
  readonly title: string;
  /** A submodule's URL comes out of the fetched source. */
  readonly isSubmodule: boolean;
}

/** Names the pin in the repository: a branch, so that a plain clone brings the commit along. */
export function pinRef(commit: string): string {
  return `refs/heads/pinned-${commit}`;
}

/**
 * Makes sure that the bare repository `bare` has exactly this commit, without its history where the remote can do that; git checks each
 * object against its name. Throws VP205 if the remote does not have the commit, and what gitRemote throws.
 */
export async function fetchPin(bare: string, pin: Pin, remote: Remote): Promise<void> {
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

/** Without the user's template: the folder is a part of the build's context. Servers of old gave no commit by its hash; ours does. */
async function initialise(bare: string, aborted: AbortSignal): Promise<void> {
  await mkdir(bare, { recursive: true });
  await dropRemains(bare);
  await git(['init', '--quiet', '--bare', '--template=', bare], aborted);
  await git(['--git-dir', bare, 'config', 'uploadpack.allowAnySHA1InWant', 'true'], aborted);
}

/** What a git that was killed leaves behind: locks that would stop the next one, and halves of packs. */
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
