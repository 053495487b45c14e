import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import * as z from 'zod';
import { bundleFile } from './module-schema.ts';

const packageName = z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/);
const suites = z.array(z.string().regex(/^[a-z][a-z0-9-]*$/)).min(1);

const archiveModule = z.strictObject({
  package: packageName,
  suites: suites.describe('tried in order: the first that still has the file is used'),
  file: z
    .string()
    .regex(/^[^/].*\.so$/)
    .describe('path inside the package'),
  addNeeded: z
    .array(z.string())
    .default([])
    .describe('shared libraries that the module must name, so that it works and not only loads'),
});

/** modules/releases/local.yaml: a release line whose base, server and modules come from the Debian archive. */
const archiveLine = z.strictObject({
  line: z.string(),
  base: z.strictObject({ suite: z.string(), epoch: z.int().positive(), packages: z.array(packageName) }),
  valkey: z.strictObject({ package: packageName, suites }),
  modules: z.record(z.string(), archiveModule),
  defaults: bundleFile.shape.defaults,
});

export type ArchiveLine = z.infer<typeof archiveLine>;
export type ArchiveModule = z.infer<typeof archiveModule>;

/** Reads a release line; throws an error that names the file and every field that is wrong. */
export async function readArchiveLine(path: string): Promise<ArchiveLine> {
  const result = archiveLine.safeParse(parse(await readFile(path, 'utf8')));
  if (result.success) return result.data;
  throw new Error(`${path}: not a valid release line. Mend these fields:\n${z.prettifyError(result.error)}`);
}
