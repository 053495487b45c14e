import { join } from 'node:path';
import type { LockedSource } from '../data/lock.ts';
import type { WantedSource } from '../data/wanted.ts';
import type { Architecture } from '../pipeline/platform.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import { sourceFiles } from './deb822.ts';
import type { DebianArchive } from './debian-archive.ts';

type Locked<Kind> = Extract<LockedSource, { kind: Kind }>;
type Wanted = Extract<WantedSource, { package: string }>;

/** The version of a source package in the first of its suites whose pool still has it, with its files. Throws VP209. */
export async function resolveDebianSource(
  wanted: Pick<Wanted, 'package' | 'suites'>,
  archive: DebianArchive,
): Promise<Locked<'debian-source'>> {
  return await firstSuite(wanted, async (suite) => {
    const found = await archive.source(suite, wanted.package);
    const version = found?.get('version');
    if (found === null || version === undefined) return 'has no such source package';
    const into = join(archive.scratch, suite, wanted.package);
    if (!(await archive.downloadSource(suite, wanted.package, version, into))) return 'its pool no longer has it';
    return { kind: 'debian-source', package: wanted.package, version, files: sourceFiles(found) };
  });
}

/**
 * The version of a binary package in the first of its suites whose pool still has it for all of the architectures. Throws VP209.
 */
export async function resolveDebianPackage(
  wanted: Pick<Wanted, 'package' | 'suites'>,
  architectures: readonly Architecture[],
  archive: DebianArchive,
): Promise<Locked<'debian-package'>> {
  return await firstSuite(wanted, async (suite) => {
    const found = await Promise.all(
      architectures.map(async (architecture) => {
        const paragraph = await archive.binary(suite, wanted.package, architecture);
        return { architecture, version: paragraph?.get('version'), sha256: paragraph?.get('sha256') };
      }),
    );
    const lacking = found.filter(({ version, sha256 }) => version === undefined || sha256 === undefined);
    if (lacking.length > 0) return `has no such package for ${lacking.map((one) => one.architecture).join(', ')}`;
    const versions = [...new Set(found.map(({ version = '' }) => withoutRebuild(version)))];
    const [version = ''] = versions;
    if (versions.length > 1) return `has a version for each architecture: ${versions.join(', ')}`;
    for (const { architecture } of found) {
      const into = join(archive.scratch, suite, architecture);
      if (!(await archive.download(suite, wanted.package, architecture, into))) return 'its pool no longer has it';
    }
    const sha256 = Object.fromEntries(found.map((one) => [one.architecture, one.sha256]));
    return { kind: 'debian-package', package: wanted.package, version, sha256 };
  });
}

/** `1.2-4+b1` -> `1.2-4`: an architecture's own rebuild of the same source. */
function withoutRebuild(version: string): string {
  return version.replace(/\+b\d+$/, '');
}

/** `look` gives what it found, or why the suite does not do. */
async function firstSuite<Found extends object>(
  { package: name, suites }: Pick<Wanted, 'package' | 'suites'>,
  look: (suite: string) => Promise<Found | string>,
): Promise<Found> {
  const failures: string[] = [];
  for (const suite of suites) {
    const found = await look(suite);
    if (typeof found !== 'string') return found;
    failures.push(`  ${suite}: ${found}`);
  }
  throw new PipelineError('VP209', `${name} is in none of these suites: ${suites.join(', ')}`, {
    details: failures.join('\n'),
  });
}
