import { join } from 'node:path';
import { buildInputs } from '../build/build-inputs.ts';
import { ownCargoLock } from '../build/own-cargo-lock.ts';
import { readBuild } from '../build/read-build.ts';
import { loadManifests } from '../data/manifests.ts';
import { keptBase } from '../lib/base.ts';
import { archiveLine } from '../lib/base-line.ts';
import { sha256OfSources } from '../lib/hash.ts';
import { paths } from '../lib/image-paths.ts';
import type { Workspace } from '../pipeline/workspace.ts';

/** What of the project shapes an image, beside the line's data: sources of the entrypoint, and what builds and assembles. */
const shapedBy = [
  ...buildInputs,
  'docker',
  'entrypoint',
  'package.json',
  'scripts/image-line',
  'scripts/lib',
  'scripts/sbom',
  'tsconfig.json',
];

/**
 * SHA-256 over all that a line's images are made of: its entry in lock.json, its data, the manifests, the Cargo.lock files that the project
 * keeps, docker/ and the sources of the entrypoint. Where the base is made here, also what it was made of: the lock has only some of its
 * packages. Two images with the same number need not be built, tested and published twice. It stands in a label of the image. `root`: the
 * folder of the project.
 */
export async function inputsHash(workspace: Workspace, name: string, root: string = paths.root): Promise<string> {
  const { line, locked, plan } = readBuild(workspace, name);
  const cargoLocks = plan.modules.map((module) => ownCargoLock(workspace, module) ?? null);
  const base = 'debian' in line.base ? await keptBase(archiveLine(line), join(root, 'dist/base')) : undefined;
  // The entrypoint carries every manifest.
  const data = JSON.stringify([line, locked ?? null, base ?? null, loadManifests(workspace.modules), cargoLocks]);
  return await sha256OfSources(data, root, shapedBy);
}
