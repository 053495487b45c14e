import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { writeWhole } from './files.ts';

/** `syntax`: it is not JSON; `form`: it is JSON of another form. `what` says why, in one line or several. */
export type Parsed<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: 'syntax' | 'form'; readonly what: string; readonly cause: Error };

/** Reads a JSON text by a schema. */
export function parseJson<Schema extends z.ZodType>(text: string, schema: Schema): Parsed<z.output<Schema>> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    const cause = error instanceof Error ? error : new Error(String(error));
    return { ok: false, problem: 'syntax', what: cause.message, cause };
  }
  const result = schema.safeParse(content);
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, problem: 'form', what: z.prettifyError(result.error), cause: result.error };
}

/** A record that can be made again: null where the file is missing, damaged, or was written by something older. */
export async function jsonIfWhole<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<z.output<Schema> | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  const read = text === null ? null : parseJson(text, schema);
  return read?.ok ? read.value : null;
}

/** Writes a record as `jsonText` has it, whole or not at all. */
export async function writeJson(path: string, record: unknown): Promise<void> {
  await writeWhole(path, jsonText(record));
}

/** JSON as people read it, with a newline at its end. */
export function jsonText(record: unknown): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}
