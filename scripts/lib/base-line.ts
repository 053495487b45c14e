import { readFile } from 'node:fs/promises';
import type { BundleFile } from '../../modules/schema.ts';
import { dataError, readData } from '../data/read-data.ts';
import { type DebianBase, type DebianPackage, type ReleaseLine, releaseLine } from '../data/release-line.ts';
import { PipelineError } from '../problems/pipeline-error.ts';

export type ArchiveModule = DebianPackage;

/** The part of a release line that comes out of the Debian archive as binary packages: base, server, and modules. */
export interface ArchiveLine {
  readonly line: string;
  readonly base: Omit<DebianBase, 'valkey'>;
  readonly valkey: DebianBase['valkey'];
  readonly modules: Readonly<Record<string, ArchiveModule>>;
  readonly defaults: BundleFile['defaults'];
}

/** Reads a release line whose base is made from the Debian archive; throws VP101 with every problem of the file. */
export async function readArchiveLine(path: string): Promise<ArchiveLine> {
  const kind = { schema: releaseLine, title: 'the release line', code: 'VP101' } as const;
  const read = readData(kind, path, await readFile(path, 'utf8'));
  if ('problems' in read) throw dataError(read.problems);
  return archiveLine(read.value);
}

/** Throws VP102 for a line whose base is an image. */
export function archiveLine({ line, base, modules, variants }: ReleaseLine): ArchiveLine {
  if (!('debian' in base)) {
    throw new PipelineError('VP102', `the base of the line ${line} is the image ${base.image}:${base.tag}`, {
      where: `modules/releases/${line}.yaml`,
      fix: 'take a line whose base is made from the Debian archive',
    });
  }
  const { valkey, ...rest } = base.debian;
  const packaged = Object.entries(modules).flatMap(([name, { debianPackage }]) =>
    debianPackage === undefined ? [] : [[name, debianPackage] as const],
  );
  const defaults = variants['default']?.defaults ?? { moduleArgs: [], directives: [] };
  return { line, base: rest, valkey, modules: Object.fromEntries(packaged), defaults };
}
