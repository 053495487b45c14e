import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { jsonIfWhole, jsonText } from '../lib/json.ts';
import { type SourceRecord, sourceRecord } from '../pipeline/records.ts';

/**
 * Gives `work` a folder to fill, and gives it its final name with one rename: it is there whole or not at all. What it leaves when it
 * fails is offered to the next try. Two processes at once each fill a folder of their own, and the first to finish wins.
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
