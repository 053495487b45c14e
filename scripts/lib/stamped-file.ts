import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PipelineError } from '../problems/pipeline-error.ts';
import { sha256OfFile } from './hash.ts';

interface StampedFile {
  readonly path: string;
  /** What stands for all that shapes the file, as it is at this moment. */
  readonly inputs: () => Promise<string>;
  /** Makes the file somewhere in a folder that is its own, and gives its path there. */
  readonly make: (work: string) => Promise<string>;
  /** On the file system of `path`: where folders for making it are put, and nothing else. */
  readonly workFolders: string;
  readonly report: (line: string) => void;
}

/**
 * Makes a file, unless its stamp (<path>.inputs) says that it was made of the same inputs and has its bytes; returns whether it was made.
 * Whoever reads it gets a whole file of one state of its inputs, also where two processes make it at once or one of them is killed. Throws
 * VP908 where the inputs do not stand still; then what was there stays.
 */
export async function ensureStamped(file: StampedFile): Promise<boolean> {
  const { path, inputs, make, workFolders, report } = file;
  for (let tries = 0; tries < 3; tries++) {
    const before = await inputs();
    if (await isCurrent(path, before)) return false;
    const isMade = await inFolderOfItsOwn(workFolders, async (work) => {
      const made = await make(work);
      // They are read while the file is made: only if they are still the same is it made of them.
      if ((await inputs()) !== before) return false;
      const stamp = stampOf(before, await sha256OfFile(made));
      await mkdir(dirname(path), { recursive: true });
      // A stamp that is not of this file's bytes counts for nothing, so a kill in between leaves nothing that would be believed.
      await rename(made, path);
      await writeFile(stampPath(path), stamp);
      return true;
    });
    if (isMade) return true;
    report(`what ${path} is made of changed meanwhile: making it again`);
  }
  throw new PipelineError('VP908', 'what it is made of changed each time while it was made', { where: path });
}

async function isCurrent(path: string, inputs: string): Promise<boolean> {
  const stamp = await readFile(stampPath(path), 'utf8').catch(() => '');
  if (!stamp.startsWith(stampOf(inputs, ''))) return false;
  // Size and time would cost nothing, and miss what was written into a hard link of the file.
  const sha256 = await sha256OfFile(path).catch(() => null);
  return sha256 !== null && stamp === stampOf(inputs, sha256);
}

function stampPath(path: string): string {
  return `${path}.inputs`;
}

function stampOf(inputs: string, sha256: string): string {
  return `${inputs} ${sha256}`;
}

async function inFolderOfItsOwn<Result>(parent: string, work: (folder: string) => Promise<Result>): Promise<Result> {
  await mkdir(parent, { recursive: true });
  await removeLeftOvers(parent);
  const folder = await mkdtemp(join(parent, 'work-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What takes seconds to be made is not worked at for an hour: the process was killed. */
const leftOverAfter = 3_600_000;

async function removeLeftOvers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const path = join(parent, name);
    // Another process may remove it at the same moment.
    const changed = (await stat(path).catch(() => null))?.mtimeMs;
    if (changed !== undefined && Date.now() - changed > leftOverAfter) await rm(path, { recursive: true, force: true });
  }
}
