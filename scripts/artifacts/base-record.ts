import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BaseImageRecord, baseRecord } from '../pipeline/records.ts';

/** What docker/builders/base-record.sh wrote, file by file. */
export interface BaseReading {
  readonly packages: string;
  readonly libraries: string;
  readonly glibc: string;
  readonly valkey: string;
}

export async function readBaseReading(folder: string): Promise<BaseReading> {
  const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
  return {
    packages: await read('packages.tsv'),
    libraries: await read('libraries.tsv'),
    glibc: await read('glibc.txt'),
    valkey: await read('valkey.txt'),
  };
}

/** base.json. Throws where a program in the base did not say what it is expected to say: then the base is not one of ours. */
export function baseRecordOf(reading: BaseReading, reference: string, digest: string | null): BaseImageRecord {
  const libraries = linesOf(reading.libraries).map((line) => {
    const [soname = '', versions = ''] = line.split('\t');
    return { soname, versions: versions.split(' ').filter((version) => version !== '' && version !== soname) };
  });
  return baseRecord.parse({
    reference,
    digest,
    valkey: matched(reading.valkey, / v=(\S+)/, 'valkey-server --version'),
    glibc: matched(reading.glibc, /(\d+\.\d+)\s*$/, 'ldd --version'),
    packages: linesOf(reading.packages).map((line) => {
      const [name = '', version = '', architecture = ''] = line.split('\t');
      return { name, version, architecture };
    }),
    libraries: [...new Set(libraries.map(({ soname }) => soname))].sort(),
    symbolVersions: Object.fromEntries(
      libraries.filter(({ versions }) => versions.length > 0).map(({ soname, versions }) => [soname, versions]),
    ),
  });
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

function matched(text: string, expression: RegExp, program: string): string {
  const found = expression.exec(text)?.[1];
  if (found !== undefined) return found;
  throw new Error(`${program} in the base said ${JSON.stringify(text)}`);
}
