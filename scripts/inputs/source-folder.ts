import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import * as z from 'zod';
import type { LockedSource } from '../data/lock.ts';
import { jsonIfWhole, jsonText, sha256 } from '../lib/files.ts';

/** source.json beside a fetched source. */
const sourceRecord = z.strictObject({
  module: z.string(),
  kind: z.enum(['git', 'debian-source']),
  /** Repository URL, or the name of the source package. */
  origin: z.string(),
  /** Tag, or Debian version. */
  ref: z.string(),
  /** sourceId: what the folder is named for. */
  id: z.string(),
  /** When it was committed or released, in seconds since 1970: SOURCE_DATE_EPOCH of its build. */
  epoch: z.int().positive(),
  /** The repositories that it is made of, each at one commit; of a source package there are none. */
  pins: z.array(
    z.strictObject({
      /** The place that a clone has it at: tree, tree/third_party/zlib, dependencies/grpc/third_party/zlib. */
      part: z.string(),
      repository: z.string(),
      commit: z.string(),
      /** The bare repository with its files, in the folder; null where they lie below the place itself. */
      bare: z.string().nullable(),
    }),
  ),
});

export type SourceRecord = z.infer<typeof sourceRecord>;

/**
 * Gives `work` a folder to fill, and gives it its final name with one rename: it is there whole or not at all. What it
 * leaves when it fails is offered to the next try. Two processes at once each fill a folder of their own, and the first
 * to finish wins.
 */
export async function finishedFolder(
  folder: string,
  work: (partial: string) => Promise<SourceRecord>,
): Promise<SourceRecord> {
  const partial = `${prefixOf(folder)}${process.pid}-${randomUUID()}`;
  await mkdir(dirname(folder), { recursive: true });
  await adopt(folder, partial);
  await mkdir(partial, { recursive: true });
  const record = await work(partial).catch(async (error: unknown) => {
    await rename(partial, `${prefixOf(folder)}${leftOver}-${randomUUID()}`);
    throw error;
  });
  await writeFile(join(partial, 'source.json'), jsonText(record));
  return await publish(partial, folder, record);
}

/** source.json of a source that was fetched before, or null. A folder has the file only if it is complete. */
export function readSource(folder: string): Promise<SourceRecord | null> {
  return jsonIfWhole(join(folder, 'source.json'), sourceRecord);
}

/** Stands in the place of the process that fills the folder. */
const leftOver = 'left';

async function publish(partial: string, folder: string, record: SourceRecord): Promise<SourceRecord> {
  const other = await readSource(folder);
  if (other !== null) {
    await rm(partial, { recursive: true, force: true });
    return other;
  }
  // Without source.json it is nothing that we made.
  await rm(folder, { recursive: true, force: true });
  try {
    await rename(partial, folder);
    return record;
  } catch (error) {
    const winner = await readSource(folder);
    if (winner === null) throw error;
    await rm(partial, { recursive: true, force: true });
    return winner;
  }
}

/** Takes over what a process that runs no more left half done, and removes what more of that there is. */
async function adopt(folder: string, partial: string): Promise<void> {
  const prefix = basename(prefixOf(folder));
  for (const name of await readdir(dirname(folder))) {
    const path = join(dirname(folder), name);
    if (!name.startsWith(prefix) || isRunning(name.slice(prefix.length).split('-')[0] ?? '')) continue;
    // The second of two does not fit over the first; and another process may have been quicker.
    await rename(path, partial).catch(() => rm(path, { recursive: true, force: true }));
  }
}

function prefixOf(folder: string): string {
  return join(dirname(folder), `.${basename(folder)}.`);
}

function isRunning(owner: string): boolean {
  if (owner === leftOver) return false;
  try {
    process.kill(Number(owner), 0);
    return true;
  } catch (error) {
    // It may belong to someone else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * The version of the layout of a source's folder: raise it with each change of scripts/inputs after which the same pins
 * give other files. It is part of every name. A number and not a hash of those scripts: most of their changes are about
 * asking hosts and telling the user, and each would have every source fetched and every module built again.
 */
const layout = 2;

/**
 * The name of a source's folder under dist/sources/<module>/: the commit or the Debian version, and eight digits for
 * all else that decides what is in it. Sources that may differ need names that differ: all their files have the time of
 * the release, and BuildKit does not read a file again that has the path, size and time that it knows.
 */
export function sourceId(source: Exclude<LockedSource, { kind: 'debian-package' }>): string {
  const [name, pins] = source.kind === 'git' ? [source.commit, clonedBy(source)] : [source.version, filesOf(source)];
  return `${name}-${sha256(JSON.stringify([layout, pins])).slice(0, 8)}`;
}

/** Two lines may build one commit of a module against different servers. */
function clonedBy({ dependencies, cargoLock }: Extract<LockedSource, { kind: 'git' }>): string[][] {
  const entries = Object.entries(dependencies).sort(([a], [b]) => (a < b ? -1 : 1));
  const pins = entries.map(([name, { repository, ref, commit }]) => [name, repository, ref, commit]);
  return cargoLock === undefined ? pins : [...pins, ['Cargo.lock', cargoLock]];
}

/** An archive can build a package again under the version that it had. */
function filesOf({ files }: Extract<LockedSource, { kind: 'debian-source' }>): string[][] {
  return files.map(({ name, sha256 }) => [name, sha256]).sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
}
