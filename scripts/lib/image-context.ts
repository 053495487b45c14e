import { constants, cp, link, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { paths } from './image-paths.ts';

/** What a build context holds: a file's text, or the file or folder to take it from. */
export type ContextEntry = { readonly text: string } | { readonly from: string };

/** Lays out a build context afresh under dist/context, so that the engine is sent only what the Dockerfile uses. */
export async function layContext(name: string, entries: Readonly<Record<string, ContextEntry>>): Promise<string> {
  const folder = join(paths.contexts, name);
  await rm(folder, { recursive: true, force: true });
  for (const [path, entry] of Object.entries(entries)) {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    if ('text' in entry) await writeFile(target, entry.text);
    else await place(entry.from, target);
  }
  return folder;
}

/** A hard link where it can be one: BuildKit knows an unchanged file by its time and size, and then does not read 116 MB again. */
async function place(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch {
    // A folder, or another file system.
    await cp(from, to, { recursive: true, preserveTimestamps: true, mode: constants.COPYFILE_FICLONE });
  }
}
