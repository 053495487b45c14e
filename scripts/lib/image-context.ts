import { constants, cp, link, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { paths } from './image-paths.ts';

/** What a build context holds: a file's text, or the file or folder to take it from. */
export type ContextEntry = { readonly text: string } | { readonly from: string };

/**
 * Lays out a build context under dist, so that the engine is sent only what the Dockerfile uses, and removes it after its use.
 * Each has a folder of its own: two builds may run at the same time.
 */
export async function withContext(
  entries: Readonly<Record<string, ContextEntry>>,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  await mkdir(paths.contexts, { recursive: true });
  const folder = await mkdtemp(join(paths.contexts, 'build-'));
  try {
    for (const [path, entry] of Object.entries(entries)) {
      const target = join(folder, path);
      await mkdir(dirname(target), { recursive: true });
      if ('text' in entry) await writeFile(target, entry.text);
      else await place(entry.from, target);
    }
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A hard link where it can be one: the entrypoint has 116 MB. */
async function place(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch {
    // A folder, or another file system.
    await cp(from, to, { recursive: true, preserveTimestamps: true, mode: constants.COPYFILE_FICLONE });
  }
}
