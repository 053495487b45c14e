import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { pipeline } from 'node:stream/promises';
import { glob } from 'glob';
import * as z from 'zod';
import { PipelineError } from './pipeline-error.ts';

/** Writes a file so that nobody ever reads half of it. */
export async function writeWhole(path: string, content: string): Promise<void> {
  await placeWhole(path, (partial) => writeFile(partial, content));
}

let placed = 0;

/**
 * Puts at `path` what `make` makes at the path that it is given, with one rename: a reader sees what was there before,
 * or the whole.
 */
export async function placeWhole(path: string, make: (partial: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  // Two of one process may place the same file at a time.
  const partial = `${path}.${process.pid}.${placed++}.partial`;
  await rm(partial, { force: true });
  try {
    await make(partial);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** The text of a file, or null where there is none. Throws VP106 for one that cannot be read. */
export function textIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (isMissing(cause)) return null;
    throw new PipelineError('VP106', 'cannot be read', { where: file, cause });
  }
}

/** An error of the file system that says that there is no such file. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** `syntax`: it is not JSON; `form`: it is JSON of another form. `what` says why, in one line or several. */
type Parsed<Value> =
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

/** SHA-256 of the parts, one after the other, in hexadecimal digits. */
export function sha256(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/** SHA-256 of a file: 0.2 s for the entrypoint's 116 MB. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

/** The digest under which a registry keeps these bytes. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${sha256(bytes)}`;
}

/**
 * SHA-256 of a text and of all files under the given paths of `root`, by name and content, in the order of their names.
 */
export async function sha256OfSources(head: string, root: string, paths: readonly string[]): Promise<string> {
  const patterns = paths.flatMap((path) => [path, `${path}/**`]);
  const files = await glob(patterns, { cwd: root, nodir: true, dot: true, posix: true, ignore: '**/*.md' });
  const parts = [...new Set(files)].sort().map(async (file) => [`\0${file}\0`, await readFile(join(root, file))]);
  return sha256(head, ...(await Promise.all(parts)).flat());
}
