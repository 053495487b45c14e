import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { paths } from '../lib/image-paths.ts';
import { loadManifests } from '../lib/module-manifests.ts';
import { listSources } from '../lib/source-files.ts';
import { loadLine } from '../lines/load-line.ts';
import { readLock } from '../lines/read-lock.ts';
import type { Workspace } from '../pipeline/workspace.ts';

/** What of the project shapes an image, beside the line's data: sources of the entrypoint, and what builds and assembles. */
const shapedBy = [
  'docker',
  'entrypoint',
  'package.json',
  'package-lock.json',
  'scripts/artifacts',
  'scripts/build',
  'scripts/graph',
  'scripts/image-line',
  'scripts/lib',
  'scripts/sbom',
];

/**
 * SHA-256 over all that a line's images are made of: its entry in lock.json, its data, the manifests, docker/ and the sources of the
 * entrypoint. Two images with the same number need not be built, tested and published twice. It stands in a label of the image.
 */
export async function inputsHash(workspace: Workspace, line: string): Promise<string> {
  const hash = createHash('sha256');
  // The entrypoint carries every manifest.
  const data = [loadLine(workspace, line), readLock(workspace).lines[line] ?? null, loadManifests(workspace.modules)];
  hash.update(JSON.stringify(data));
  for (const path of await listSources(paths.root, shapedBy)) {
    if (path.endsWith('.md')) continue;
    hash.update(`\0${path}\0`).update(await readFile(join(paths.root, path)));
  }
  return hash.digest('hex');
}
