import { readFile } from 'node:fs/promises';
import * as z from 'zod';
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
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw new PipelineError('VP521', 'the file cannot be read', { where: path, cause });
  }
  const parsed = schema.safeParse(parse(text, path));
  if (parsed.success) return parsed.data;
  throw new PipelineError('VP521', 'the record has another form', {
    where: path,
    details: z.prettifyError(parsed.error),
  });
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PipelineError('VP521', `this is not JSON: ${why}`, { where: path, cause });
  }
}
