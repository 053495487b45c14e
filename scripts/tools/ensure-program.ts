import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { paths } from '../lib/image-paths.ts';
import { type DebianProgram, takeProgram } from './debian-program.ts';

/**
 * The path of the program in dist/tools; it is taken out of its package if it is not there yet, and `taking` is called before that. Throws
 * VP902 where it cannot be had.
 */
export async function ensureProgram(
  name: string,
  program: DebianProgram,
  taking: () => void = () => undefined,
): Promise<string> {
  const target = join(paths.root, 'dist', 'tools', name);
  try {
    await access(target, constants.X_OK);
  } catch {
    taking();
    await takeProgram(program, target);
  }
  return target;
}
