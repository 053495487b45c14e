import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { paths } from '../lib/image-paths.ts';
import { type DebianProgram, takeProgram } from './debian-program.ts';

/** The path of the program in dist/tools; it is taken out of its package if it is not there yet. */
export async function ensureProgram(name: string, program: DebianProgram): Promise<string> {
  const target = join(paths.root, 'dist', 'tools', name);
  try {
    await access(target, constants.X_OK);
  } catch {
    await takeProgram(program, target);
  }
  return target;
}
