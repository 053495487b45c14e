import type { LockedLine, LockedSource } from '../data/lock.ts';
import { imageId } from '../lib/engine.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import { type Architecture, architectureOf, nativePlatform, type Platform } from '../lib/platform.ts';
import { type ArchiveRecord, ensureBase } from './base.ts';
import { archiveLine } from './base-packages.ts';
import type { ReadBuild } from './plan.ts';

/** A base image that can be built on. */
export interface PreparedBase {
  /** The image that FROM names. */
  readonly from: string;
  /** Its name in records: name@digest, or name@id of one made here. */
  readonly name: string;
  readonly reference: string;
  /** Null for an image that is in no registry. */
  readonly digest: string | null;
  /** Only this machine's engine has it. */
  readonly local: boolean;
  /** Modules that it brings, by name: version and package. */
  readonly packaged: Readonly<Record<string, { readonly version: string; readonly origin: string }>>;
  /** The time that its files have, in seconds since 1970, where that is known. */
  readonly epoch: number | null;
}

/**
 * Gets the base ready: an image of a registry is named by its digest, one from the Debian archive is made where it is
 * not there yet. Throws VP311 where it would have to be made for another platform than this machine's, VP312 where it
 * was made of other packages than are locked.
 */
export async function prepareBase(
  { line, locked, plan: { base: planned } }: Pick<ReadBuild, 'line' | 'locked' | 'plan'>,
  platform: Platform,
  report: (line: string) => void,
): Promise<PreparedBase> {
  if (planned.kind === 'image') {
    const { reference, digest } = planned;
    const from = `${reference}@${digest}`;
    return { from, name: from, reference, digest, local: false, packaged: {}, epoch: null };
  }
  if (platform !== nativePlatform()) {
    throw new PipelineError('VP311', `the base of line ${line.line} is made here, and only for ${nativePlatform()}`, {
      where: platform,
      fix: `run it on a machine of ${platform}`,
    });
  }
  const archive = archiveLine(line);
  const { image, record } = await ensureBase(archive, report);
  if (locked !== undefined) requireLockedBase(line.line, locked, record, architectureOf(platform));
  const packaged = Object.entries(record.modules).map(([name, deb]) => [
    name,
    { version: deb.version, origin: `Debian package ${deb.package} ${deb.version} (${deb.suite})` },
  ]);
  return {
    from: image,
    name: `${image}@${await imageId(image)}`,
    reference: image,
    digest: null,
    local: true,
    packaged: Object.fromEntries(packaged),
    epoch: archive.base.epoch,
  };
}

type LockedPackage = Extract<LockedSource, { kind: 'debian-package' }>;
type MadeOf = ArchiveRecord['valkey'];

/**
 * Throws VP312 where a base from the Debian archive was made of another server, or of other packaged modules, than the
 * lock names: the list of components says what is in the lock. What the line builds from source takes the place of a
 * package in the base, which the lock does not name.
 */
export function requireLockedBase(
  line: string,
  { base, modules }: LockedLine,
  made: Pick<ArchiveRecord, 'valkey' | 'modules'>,
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
 * A rebuild by Debian for one architecture (`+b2`) is the same version, and the lock names versions without it: the
 * checksum says which of the two is meant.
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
