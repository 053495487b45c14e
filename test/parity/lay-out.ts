import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Case, DIRECTORY_LINK, MODULE_LINKS } from './case.ts';

/** Writes the files of a case into a fresh directory. */
export function layOut(directory: string, { files }: Pick<Case, 'files'>): void {
  rmSync(directory, { recursive: true, force: true });
  for (const folder of ['sub/sub', 'conf.d']) mkdirSync(join(directory, folder), { recursive: true });
  for (const folder of ['', 'sub/']) symlinkSync('sub', pathOf(`${directory}/${folder}${DIRECTORY_LINK}`));
  for (const [path, text] of Object.entries(files)) writeFileSync(pathOf(`${directory}/${path}`), text, 'latin1');
}

/** A directory with the report module under all the names that cases use. */
export function layModules(directory: string, module: string): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  for (const name of MODULE_LINKS) symlinkSync(module, pathOf(`${directory}/${name}`));
}

function pathOf(bytes: string): Buffer {
  return Buffer.from(bytes, 'latin1');
}
