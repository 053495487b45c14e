import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type SourceRecord, sourceRecord } from '../pipeline/records.ts';

/** source.json of a source that was fetched before, or null. A folder has the file only if it is complete. */
export async function readSource(folder: string): Promise<SourceRecord | null> {
  try {
    return sourceRecord.parse(JSON.parse(await readFile(join(folder, 'source.json'), 'utf8')));
  } catch {
    // Never fetched, or by something older: fetch it again.
    return null;
  }
}
