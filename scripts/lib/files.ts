import { readFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import process from 'node:process';
import { PipelineError } from '../problems/pipeline-error.ts';

/** Writes a file so that nobody ever reads half of it. */
export async function writeWhole(path: string, content: string): Promise<void> {
  await placeWhole(path, (partial) => writeFile(partial, content));
}

/**
 * Puts at `path` what `make` makes at the path that it is given, with one rename: a reader sees what was there before,
 * or the whole.
 */
export async function placeWhole(path: string, make: (partial: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}.partial`;
  await rm(partial, { force: true });
  try {
    await make(partial);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** The text of a file, or null where there is none. Throws VP106 for one that cannot be read. */
export function textIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (isMissing(cause)) return null;
    throw new PipelineError('VP106', 'cannot be read', { where: file, cause });
  }
}

/** An error of the file system that says that there is no such file. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
