import { join } from 'node:path';
import { textIfThere } from '../lib/files.ts';
import type { Workspace } from '../pipeline/workspace.ts';

/**
 * The text of modules/<name>/Cargo-<tag>.lock, which the project keeps for a release that comes without one; undefined where there is none.
 * Throws VP106 for one that cannot be read.
 */
export function ownCargoLock(
  { modules }: Workspace,
  { name, tag }: { readonly name: string; readonly tag: string | null },
): string | undefined {
  return textIfThere(join(modules, name, `Cargo-${tag}.lock`)) ?? undefined;
}
