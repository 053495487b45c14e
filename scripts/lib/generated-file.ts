import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A file of the repository that is derived from others. `path` counts from the root of the repository. */
export interface GeneratedFile {
  readonly path: string;
  readonly content: string;
}

/** The paths of those files that are missing, or hold something else. */
export function staleFiles(root: string, files: readonly GeneratedFile[]): string[] {
  return files.filter(({ path, content }) => contentOf(join(root, path)) !== content).map(({ path }) => path);
}

/** Writes those files that are stale, and returns their paths. */
export function writeStaleFiles(root: string, files: readonly GeneratedFile[]): string[] {
  const stale = new Set(staleFiles(root, files));
  for (const { path, content } of files) {
    if (!stale.has(path)) continue;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return [...stale];
}

function contentOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
