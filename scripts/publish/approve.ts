import type { ReleaseLine } from '../data/release-line.ts';
import type { Platform } from '../pipeline/platform.ts';
import type { StagedImage, VerifyReport } from '../pipeline/records.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import { showImage } from './show-image.ts';
import { requireVerified } from './verified.ts';

/** What the records of one release say: nothing of it was looked up in the registry yet. */
export interface ReleaseRecords {
  readonly line: ReleaseLine;
  /** registry/repository. */
  readonly repository: string;
  /** Those that are published: a missing one is an error, another one is left out. */
  readonly platforms: readonly Platform[];
  readonly staged: readonly StagedImage[];
  readonly reports: readonly VerifyReport[];
  /** sha256 of the line's part of lock.json. */
  readonly lock: string;
}

/** All that one release consists of: complete, of one kind, and tested. */
export interface ApprovedRelease {
  readonly valkey: string;
  /** By variant, in the order of the line; the images in that of the platforms. */
  readonly variants: readonly { readonly variant: string; readonly images: readonly StagedImage[] }[];
}

/** Throws VP522 where the records do not fit together, VP520 where one is missing, VP530 or VP531 where a digest did not pass. */
export function approve({ line, repository, platforms, staged, reports, lock }: ReleaseRecords): ApprovedRelease {
  const wanted = staged.filter(({ platform }) => platforms.includes(platform));
  for (const image of wanted) {
    if (!Object.hasOwn(line.variants, image.variant)) throw mismatch(image, `the line has no variant ${image.variant}`);
    same(image, 'line', image.line, line.line);
    same(image, 'repository', image.repository, repository);
    same(image, 'lock', image.lock, lock);
    if (line.valkey !== undefined) same(image, 'valkey', image.valkey, line.valkey);
  }
  const variants = Object.keys(line.variants).map((variant) => ({
    variant,
    images: platforms.map((platform) => theOne(wanted, variant, platform, line.line)),
  }));
  const images = variants.flatMap((entry) => entry.images);
  const valkey = images[0]?.valkey ?? '';
  const inputs = images[0]?.inputs ?? '';
  for (const image of images) {
    same(image, 'valkey', image.valkey, valkey);
    // One platform may be left from an earlier build. What the inputs are now is not asked: of a base that is made on the machine that
    // builds, no other machine can tell.
    same(image, 'hash of inputs', image.inputs, inputs);
  }
  requireVerified(images, reports);
  return { valkey, variants };
}

function same(image: StagedImage, what: string, got: string, wanted: string): void {
  if (got !== wanted) throw mismatch(image, `its ${what} is ${got}, not ${wanted}`);
}

function mismatch(image: StagedImage, what: string): PipelineError {
  return new PipelineError('VP522', what, { where: showImage(image) });
}

function theOne(staged: readonly StagedImage[], variant: string, platform: Platform, line: string): StagedImage {
  const [first, ...others] = staged.filter((image) => image.variant === variant && image.platform === platform);
  if (first === undefined) {
    throw new PipelineError('VP520', `nothing is staged for the variant ${variant} on ${platform}`, {
      where: `line ${line}`,
      fix: `npm run publish -- --stage --line ${line} --platform ${platform}, on a machine that has built it`,
    });
  }
  for (const other of others) same(other, 'digest', other.digest, first.digest);
  return first;
}
