import { ensureBase } from '../lib/base.ts';
import { archiveLine } from '../lib/base-line.ts';
import { imageId } from '../lib/engine.ts';
import { architectureOf, nativePlatform, type Platform } from '../pipeline/platform.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import { requireLockedBase } from './locked-base.ts';
import type { ReadBuild } from './read-build.ts';

/** A base image that can be built on. */
export interface PreparedBase {
  /** What FROM names. */
  readonly from: string;
  /** How records call it: name@digest, or name@id of one made here. */
  readonly name: string;
  readonly reference: string;
  /** Null for an image that is in no registry. */
  readonly digest: string | null;
  /** Only this machine's engine has it. */
  readonly local: boolean;
  /** Modules that it brings, by name: version and package. */
  readonly packaged: Readonly<Record<string, { readonly version: string; readonly origin: string }>>;
  /** When it was made, in seconds since 1970, where that is known. */
  readonly epoch: number | null;
}

/**
 * Gets the base ready: an image of a registry is named by its digest, one from the Debian archive is made where it is not there yet.
 * Throws VP311 where it would have to be made for another platform than this machine's, VP312 where it was made of other packages than
 * are locked.
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
