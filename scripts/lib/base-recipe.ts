import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ArchiveLine } from './base-line.ts';
import { paths } from './image-paths.ts';

/** Everything beside the line's data that shapes the base. The state of the archive is not part of it: a base is kept until asked. */
const shapedBy = [
  `${paths.docker}/base/Dockerfile`,
  `${paths.docker}/base/customize.sh`,
  `${paths.docker}/layout.sh`,
  fileURLToPath(new URL('./base-overlay.ts', import.meta.url)),
  fileURLToPath(new URL('./base-rootfs.ts', import.meta.url)),
];

/** Sixteen hexadecimal digits that change when the base would. */
export async function recipeHash(line: ArchiveLine, architecture: string): Promise<string> {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([architecture, line.base, line.valkey, line.modules]));
  for (const path of shapedBy) hash.update(await readFile(path)).update('\0');
  return hash.digest('hex').slice(0, 16);
}
