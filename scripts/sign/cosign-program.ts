import { execa } from 'execa';
import { ensureProgram } from '../tools/ensure-program.ts';

/**
 * The path of cosign 2: the one on PATH, else Debian's, kept under dist/tools. Not 3: it writes signatures in another form, and cannot sign
 * with a key where no transparency log is reached. Debian's calls itself `devel`, so the two are told apart by what they understand.
 */
export async function ensureCosign(): Promise<string> {
  const installed = await execa('cosign', ['sign', '--help'], { reject: false, stdin: 'ignore' });
  if (installed.exitCode === 0 && installed.stdout.includes('--tlog-upload')) return 'cosign';
  return ensureProgram('cosign', { package: 'cosign', suites: ['trixie'], file: 'usr/bin/cosign' });
}
