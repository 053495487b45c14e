import { access } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { PlannedModule } from '../graph/build-plan.ts';
import type { PlacedSource } from '../graph/module-stage.ts';
import type { FetchedSource } from '../inputs/fetch-line.ts';
import type { Workspace } from '../pipeline/workspace.ts';
import { ownCargoLock } from './own-cargo-lock.ts';

/** A fetched source, as the build graph needs it. */
export interface FoundSource extends PlacedSource {
  /** Cargo.lock was there before the build: in the source, or as modules/<name>/Cargo-<tag>.lock, which wins. */
  readonly cratesPinned: boolean;
}

/** Places the fetched sources of modules in the build context, which is dist. */
export async function findSources(
  workspace: Workspace,
  modules: readonly PlannedModule[],
  fetched: Readonly<Record<string, FetchedSource>>,
): Promise<Record<string, FoundSource>> {
  const found: Record<string, FoundSource> = {};
  for (const module of modules) {
    const { name, build } = module;
    const source = fetched[name];
    if (source === undefined) throw new Error(`${name} was not fetched`);
    const cargoLock = ownCargoLock(workspace, module);
    const brought = await exists(join(source.folder, 'tree', build.directory, 'Cargo.lock'));
    found[name] = {
      folder: relative(workspace.dist, source.folder),
      epoch: source.record.epoch,
      ...(cargoLock !== undefined && { cargoLock }),
      cratesPinned: brought || cargoLock !== undefined,
    };
  }
  return found;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
