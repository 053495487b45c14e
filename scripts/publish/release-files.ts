import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { isMissing } from '../lib/files.ts';
import { writeJson } from '../lib/json.ts';
import { architectureOf, type Platform } from '../pipeline/platform.ts';
import { type StagedImage, stagedImage, type VerifyReport, verifyReport } from '../pipeline/records.ts';
import { releasePath, type Workspace } from '../pipeline/workspace.ts';
import { readRecord } from './read-record.ts';

/**
 * Writes staged-<architecture>.json: one file a platform, because each may be staged by a machine of its own, whose files are then brought
 * together in one folder. It takes the place of an earlier one as a whole.
 */
export async function writeStaged(
  workspace: Workspace,
  line: string,
  platform: Platform,
  images: readonly StagedImage[],
): Promise<string> {
  const folder = releasePath(workspace, line);
  const path = join(folder, `staged-${architectureOf(platform)}.json`);
  await writeJson(path, images);
  return path;
}

/** Every image that was staged for the line, whichever machine did it. */
export async function readStaged(workspace: Workspace, line: string): Promise<StagedImage[]> {
  return (await readAll(releasePath(workspace, line), /^staged(-[a-z0-9]+)?\.json$/, z.array(stagedImage))).flat();
}

/** Every report that `npm run verify` wrote for the line: report*.json, there or in a folder of it. */
export async function readReports(workspace: Workspace, line: string): Promise<VerifyReport[]> {
  return readAll(releasePath(workspace, line), /(^|\/)report[^/]*\.json$/, verifyReport);
}

async function readAll<Schema extends z.ZodType>(
  folder: string,
  names: RegExp,
  schema: Schema,
): Promise<z.infer<Schema>[]> {
  const records: z.infer<Schema>[] = [];
  for (const name of (await filesIn(folder)).filter((name) => names.test(name)).sort()) {
    const record = await readRecord(join(folder, name), schema);
    if (record !== null) records.push(record);
  }
  return records;
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder, { recursive: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
