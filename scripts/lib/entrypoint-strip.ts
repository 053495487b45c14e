import { execa } from 'execa';

/** The path of `strip`. On a Debian machine where we are root it is installed where it is missing; elsewhere the error says how. */
export async function ensureStrip(): Promise<string> {
  if (await answers()) return 'strip';
  if (process.getuid?.() === 0 && (await execa('apt-get', ['--version'], { reject: false })).exitCode === 0) {
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await execa('apt-get', ['update', '-q'], { env });
    await execa('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'binutils'], { env });
    if (await answers()) return 'strip';
  }
  throw new Error('strip was not found: install binutils (apt-get install binutils), then run this again');
}

async function answers(): Promise<boolean> {
  return (await execa('strip', ['--version'], { reject: false })).exitCode === 0;
}
