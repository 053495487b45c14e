import type { LockedLine, LockedSource } from '../data/lock.ts';
import type { BaseRecord } from '../lib/base.ts';
import type { Architecture } from '../pipeline/platform.ts';
import { PipelineError } from '../problems/pipeline-error.ts';

type LockedPackage = Extract<LockedSource, { kind: 'debian-package' }>;
type MadeOf = BaseRecord['valkey'];

/**
 * Throws VP312 where a base from the Debian archive was made of another server, or of other packaged modules, than the lock names: the
 * list of components says what is in the lock. What the line builds from source takes the place of a package in the base, which the lock
 * does not name.
 */
export function requireLockedBase(
  line: string,
  { base, modules }: LockedLine,
  made: Pick<BaseRecord, 'valkey' | 'modules'>,
  architecture: Architecture,
): void {
  if (base.kind !== 'debian') return;
  const packaged = Object.entries(modules).flatMap(([name, source]) =>
    source.kind === 'debian-package' ? [difference(source, made.modules[name], architecture)] : [],
  );
  const found = [difference(base.valkey, made.valkey, architecture), ...packaged].filter((what) => what !== null);
  if (found.length === 0) return;
  throw new PipelineError('VP312', `the base was made of other packages than the lock names`, {
    where: `line ${line}`,
    details: found.map((what) => `  ${what}`).join('\n'),
    fix:
      'where the base is the older, npm run image -- --rebuild-base makes it of what the archive has now; ' +
      `where the lock is, npm run resolve -- --update --line ${line} takes that into it`,
  });
}

/**
 * A rebuild by Debian for one architecture (`+b2`) is the same version, and the lock names versions without it: the checksum says which
 * of the two is meant.
 */
function difference(locked: LockedPackage, made: MadeOf | undefined, architecture: Architecture): string | null {
  if (made === undefined) return `there is no ${locked.package} in it, the lock has ${locked.version}`;
  const it = `${made.package} ${made.version}`;
  if (locked.package !== made.package || locked.version !== made.version.replace(/\+b\d+$/, ''))
    return `${it}, the lock has ${locked.package} ${locked.version}`;
  const sha256 = locked.sha256[architecture];
  if (sha256 === undefined || sha256 === made.sha256) return null;
  return `${it} with the SHA-256 ${made.sha256}, the lock has ${sha256}`;
}
