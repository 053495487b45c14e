import { readFile } from 'node:fs/promises';
import type * as z from 'zod';
import { isMissing } from '../lib/files.ts';
import { parseJson } from '../lib/json.ts';
import { PipelineError } from '../problems/pipeline-error.ts';

/** A record that an earlier step wrote; null if there is no such file. Throws VP521 if it is not what that step writes. */
export async function readRecord<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<z.infer<Schema> | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (isMissing(cause)) return null;
    throw new PipelineError('VP521', 'the file cannot be read', { where: path, cause });
  }
  const read = parseJson(text, schema);
  if (read.ok) return read.value;
  const { what, cause } = read;
  throw read.problem === 'syntax'
    ? new PipelineError('VP521', `this is not JSON: ${what}`, { where: path, cause })
    : new PipelineError('VP521', 'the record has another form', { where: path, details: what });
}
