import { glob } from 'glob';

/** Files under the given paths, relative to the root and sorted: what a content hash is made of. */
export async function listSources(root: string, paths: readonly string[]): Promise<string[]> {
  const files = await glob(
    paths.flatMap((path) => [path, `${path}/**`]),
    { cwd: root, nodir: true, dot: true, posix: true },
  );
  return [...new Set(files)].sort();
}
