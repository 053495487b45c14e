import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { baseRecordOf, readBaseReading } from '../artifacts/base-record.ts';
import { baseTargetOf, incomingBase } from '../graph/bake.ts';
import { textIfThere } from '../lib/files.ts';
import { jsonIfWhole, writeJson } from '../lib/json.ts';
import type { Platform } from '../pipeline/platform.ts';
import { type BaseImageRecord, baseRecord } from '../pipeline/records.ts';
import { baseStampFile } from './artifact-stamp.ts';
import type { PreparedBase } from './prepare-base.ts';

export interface BaseReadingOptions {
  /** dist/artifacts/<line>/<arch>. */
  readonly folder: string;
  /** Where bake writes to. */
  readonly from: string;
  readonly base: PreparedBase;
  readonly platform: Platform;
  readonly stamp: string;
  readonly bake: (targets: readonly string[]) => Promise<void>;
}

/** base.json of a line's artifacts: read in the base image, unless it was read before. */
export async function ensureBaseRecord(options: BaseReadingOptions): Promise<BaseImageRecord> {
  const { folder, from, base, platform, stamp, bake } = options;
  const path = join(folder, 'base.json');
  const stampPath = join(folder, baseStampFile);
  const known = textIfThere(stampPath) === stamp ? await jsonIfWhole(path, baseRecord) : null;
  if (known !== null) return known;
  await bake([baseTargetOf(platform)]);
  const record = baseRecordOf(await readBaseReading(join(from, incomingBase)), base.reference, base.digest);
  // Never an old stamp beside a new record, also if the run ends in between.
  await rm(stampPath, { force: true });
  await writeJson(path, record);
  await writeFile(stampPath, stamp);
  return record;
}
