import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keptLockPath, registryCrates } from '../data/cargo-lock.ts';
import { sha256, textIfThere, writeWhole } from '../lib/files.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import { attempt, runGroup } from '../lib/run.ts';
import type { Workspace } from '../lib/workspace.ts';
import { exportTree, fetchTree } from './pinned-tree.ts';
import type { Remote } from './remote.ts';

interface CargoModule {
  readonly name: string;
  readonly repository: string;
  readonly tag: string;
  readonly commit: string;
}

interface Keeping {
  readonly workspace: Workspace;
  /** Chooses the crates anew, also where a Cargo.lock is kept already. */
  readonly update: boolean;
  /** What was chosen in this run: another line has the same release, and it is not chosen twice. */
  readonly chosen: Set<string>;
  readonly remote: Remote;
}

/**
 * Makes sure that the project keeps a Cargo.lock for a release of a module that has none of its own: cargo chooses the
 * newest crates that its Cargo.toml allows, once. Gives the SHA-256 of the file, or null where there is none and no
 * cargo on the PATH. Throws VP222 where cargo fails, VP223 for crates that cannot be fetched.
 */
export async function keepCargoLock(
  module: CargoModule,
  { workspace, update, chosen, remote }: Keeping,
): Promise<string | null> {
  const path = keptLockPath(workspace, module.name, module.tag);
  const kept = textIfThere(path);
  if (kept !== null && (!update || chosen.has(path))) return sha256(kept);
  if ((await attempt`cargo --version`).exitCode !== 0) {
    const state = kept === null ? 'missing' : 'kept as it is';
    remote.report(`${path}: ${state}; cargo, which is not on the PATH here, chooses the crates`);
    return kept === null ? null : sha256(kept);
  }
  remote.report(`${module.name} ${module.tag}: cargo chooses the crates`);
  const text = await chooseCrates(module, remote);
  registryCrates(text, path);
  await writeWhole(path, text);
  chosen.add(path);
  return sha256(text);
}

async function chooseCrates({ name, repository, tag, commit }: CargoModule, remote: Remote): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'valkey-bundle-cargo-'));
  try {
    const store = { pathOf: (url: string) => join(folder, `${sha256(url).slice(0, 16)}.git`) };
    const title = `${name} ${tag}`;
    const refs = [`refs/tags/${tag}`];
    const tree = await fetchTree(store, { url: repository, commit, refs, title, isSubmodule: false }, remote);
    const into = join(folder, 'tree');
    await exportTree(store, tree, into, remote.aborted);
    const ran = await runGroup('cargo', ['generate-lockfile'], { cwd: into }, remote.aborted);
    remote.aborted.throwIfAborted();
    if (!ran.isDone)
      throw new PipelineError('VP222', `${title}: cargo generate-lockfile failed`, { details: ran.said });
    return await readFile(join(into, 'Cargo.lock'), 'utf8');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
