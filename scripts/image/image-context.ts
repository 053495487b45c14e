import { constants, cp, link, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BundleFile } from '../../modules/schema.ts';
import { jsonText } from '../lib/files.ts';
import { paths } from '../lib/workspace.ts';

/** A file's text, the file or folder to take it from, or an empty folder. */
type ContextEntry = { readonly text: string } | { readonly from: string } | 'folder';
export type ContextEntries = Readonly<Record<string, ContextEntry>>;

/**
 * The files that docker/image.Dockerfile copies; `more`: files below modules/, share/ and licences/, which may be
 * empty.
 */
export function imageEntries(entrypoint: string, bundle: BundleFile, more: ContextEntries = {}): ContextEntries {
  return {
    modules: 'folder',
    licences: 'folder',
    share: 'folder',
    'layout.sh': { from: join(paths.docker, 'layout.sh') },
    'probe.pl': { from: join(paths.docker, 'probe.pl') },
    'valkey-bundle': { from: entrypoint },
    'bundle.json': { text: jsonText(bundle) },
    ...more,
  };
}

/**
 * Lays out a build context under dist, so that the engine is sent only what the Dockerfile uses, and removes it after
 * its use. Each has a folder of its own: two builds may run at the same time.
 */
export async function withContext(entries: ContextEntries, use: (folder: string) => Promise<void>): Promise<void> {
  await mkdir(paths.contexts, { recursive: true });
  const folder = await mkdtemp(join(paths.contexts, 'build-'));
  try {
    await layOut(folder, entries);
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Lays out a build context in a folder, in the place of what was there. BuildKit goes by size and time where it decides
 * which files of a context to read again, and takes contexts of one name for one (moby/buildkit#5680,
 * docker/buildx#817): a file of the same size as the one before has to have another time. Those that are built have it.
 */
export async function layOut(folder: string, entries: ContextEntries): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [path, entry] of Object.entries(entries)) {
    const target = join(folder, path);
    await mkdir(entry === 'folder' ? target : dirname(target), { recursive: true });
    if (entry === 'folder') continue;
    if ('text' in entry) await writeFile(target, entry.text);
    else await place(entry.from, target);
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
