import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Files under the given paths, relative to the root and sorted: what a content hash is made of. */
export async function listSources(root: string, paths: readonly string[]): Promise<string[]> {
  const files = await Promise.all(paths.map((path) => listFiles(join(root, path))));
  return files
    .flat()
    .map((file) => relative(root, file))
    .sort();
}

async function listFiles(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
