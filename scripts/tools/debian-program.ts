import { chmod, copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { findMirrors, openSuite } from '../lib/debian.ts';
import { placeWhole } from '../lib/files.ts';
import { architectureOf, nativePlatform } from '../pipeline/platform.ts';
import { PipelineError } from '../problems/pipeline-error.ts';

/** A program that is taken out of its Debian package, of a suite that this machine itself need not use. */
export interface DebianProgram {
  readonly package: string;
  /** Tried in this order. */
  readonly suites: readonly string[];
  /** Where the package has it, without the leading slash. */
  readonly file: string;
}

/** Unpacks the program to `target`, executable; the machine's own packages stay as they are. Throws VP902 where no suite has it. */
export async function takeProgram(program: DebianProgram, target: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'debian-program-'));
  const failures: string[] = [];
  try {
    const { archive } = await findMirrors();
    for (const suite of program.suites) {
      try {
        await unpack(program, suite, archive, join(folder, suite), target);
        return;
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  throw new PipelineError(
    'VP902',
    `no Debian suite of ${program.suites.join(', ')} gave the package ${program.package}`,
    {
      details: failures.join('\n'),
    },
  );
}

async function unpack(
  { package: name, file }: DebianProgram,
  suite: string,
  mirror: string,
  folder: string,
  target: string,
): Promise<void> {
  const architecture = architectureOf(nativePlatform());
  const opened = await openSuite({ mirror, suite, architecture, folder });
  const deb = await opened.download(name, join(folder, 'deb'));
  if (deb === null) throw new PipelineError('VP209', `Debian ${suite} has no ${name}`);
  await execa('dpkg-deb', ['-x', deb.path, join(folder, 'tree')]);
  await placeWhole(target, async (partial) => {
    await copyFile(join(folder, 'tree', file), partial);
    await chmod(partial, 0o755);
  });
}
