import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { paths } from '../lib/image-paths.ts';
import { takeProgram } from '../tools/debian-program.ts';

/**
 * The path of cosign 2: the one on PATH, else Debian's, kept under dist/tools. Not 3: it writes signatures in another form, and cannot sign
 * with a key where no transparency log is reached. Debian's calls itself `devel`, so the two are told apart by what they understand.
 */
export async function ensureCosign(): Promise<string> {
  const installed = await execa('cosign', ['sign', '--help'], { reject: false, stdin: 'ignore' });
  if (installed.exitCode === 0 && installed.stdout.includes('--tlog-upload')) return 'cosign';
  const target = join(paths.root, 'dist', 'tools', 'cosign');
  try {
    await access(target, constants.X_OK);
  } catch {
    await takeProgram({ package: 'cosign', suites: ['trixie'], file: 'usr/bin/cosign' }, target);
  }
  return target;
}
