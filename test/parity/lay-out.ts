import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Case, MODULE_LINKS } from './generate.ts';

/** Writes the files of a case into a fresh directory. */
export function layOut(directory: string, { files }: Pick<Case, 'files'>): void {
  rmSync(directory, { recursive: true, force: true });
  for (const folder of ['', 'sub', 'conf.d']) mkdirSync(join(directory, folder), { recursive: true });
  for (const [path, text] of Object.entries(files)) writeFileSync(join(directory, path), text, 'latin1');
}

/** A directory with the report module under all the names that cases use. */
export function layModules(directory: string, module: string): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  for (const name of MODULE_LINKS) symlinkSync(module, join(directory, name));
}
