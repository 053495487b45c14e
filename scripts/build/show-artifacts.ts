import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Hardening, readSharedObject } from '../artifacts/shared-object.ts';
import { table } from '../lib/text.ts';
import { buildRecord } from '../pipeline/records.ts';

/** What is reported of each module, and what it means where the answer is no. */
const flags: readonly (readonly [keyof Hardening, string])[] = [
  ['relro', 'RELRO'],
  ['bindNow', 'BIND_NOW'],
  ['nxStack', 'NX stack'],
  ['stackProtector', 'stack protector'],
  ['fortify', 'fortify'],
];

/** A table of the modules in a folder of artifacts: version, commit, size, and how they are hardened. */
export async function showArtifacts(folder: string, modules: readonly string[]): Promise<string> {
  const head = ['module', 'version', 'commit', 'KiB', ...flags.map(([, title]) => title)];
  return table([head, ...(await Promise.all(modules.map((name) => rowOf(join(folder, name)))))]).join('\n');
}

async function rowOf(folder: string): Promise<string[]> {
  const record = buildRecord.parse(JSON.parse(await readFile(join(folder, 'build.json'), 'utf8')));
  const { hardening } = readSharedObject(await readFile(join(folder, record.file)));
  return [
    record.module,
    record.version,
    record.commit?.slice(0, 12) ?? record.tag,
    String(Math.ceil(record.size / 1024)),
    ...flags.map(([flag]) => (hardening[flag] ? 'yes' : 'no')),
  ];
}
