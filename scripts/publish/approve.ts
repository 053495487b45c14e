import type { ReleaseLine } from '../data/release-line.ts';
import { labels as names } from '../image/labels.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import { architectureOf, type Platform } from '../lib/platform.ts';
import { type IndexedImage, readImageConfig, readImageManifest } from '../lib/registry/manifest.ts';
import type { Registry } from '../lib/registry/registry.ts';
import type { VerifyReport } from '../verify/report.ts';
import { imagesOf, notStaged, type StagedImage, type StagedRelease, showImage } from './release-file.ts';

/** A staged image as the registry holds it. */
export type InspectedImage = StagedImage & IndexedImage;

/**
 * The images that a line is published with, variant by variant, those of each in the order of the platforms, out of
 * what was staged: null for a platform that was not. Throws VP520 where one is missing, VP522 where the record is of
 * another line, variant or repository.
 */
export function chooseStaged(
  line: Pick<ReleaseLine, 'line' | 'variants'>,
  repository: string,
  staged: ReadonlyMap<Platform, StagedRelease | null>,
): StagedImage[] {
  const images = [...staged.values()].flatMap((release) => {
    if (release === null) return [];
    const all = imagesOf(release);
    for (const image of all) {
      if (!Object.hasOwn(line.variants, image.variant)) {
        throw mismatch(image, `the line has no variant ${image.variant}`);
      }
      same(image, 'line', image.line, line.line);
      same(image, 'repository', release.repository, repository);
    }
    return all;
  });
  return Object.keys(line.variants).flatMap((variant) =>
    [...staged.keys()].map((platform) => {
      const found = images.find((image) => image.variant === variant && image.platform === platform);
      if (found !== undefined) return found;
      throw notStaged(line.line, platform, `the variant ${variant} is not staged`);
    }),
  );
}

/**
 * Every image needs a report about exactly its digest, as this variant and platform of this line, in which something
 * passed and nothing failed: a report in which nothing could be run proves nothing. A second report does not wash off a
 * failed one. Throws VP530 or VP531.
 */
export function requireVerified(images: readonly StagedImage[], reports: readonly VerifyReport[]): void {
  const untested: string[] = [];
  const failed: string[] = [];
  for (const image of images) {
    const checks = reports.filter((report) => isAbout(report, image)).flatMap((report) => report.checks);
    const failures = checks.filter(({ result }) => result === 'failed');
    if (failures.length > 0) failed.push(...failures.map(({ name, note }) => `${showImage(image)}: ${name}: ${note}`));
    else if (!checks.some(({ result }) => result === 'passed')) untested.push(showImage(image));
  }
  if (failed.length > 0) {
    throw new PipelineError('VP531', 'failed checks, so nothing is published', { details: failed.join('\n') });
  }
  if (untested.length > 0) {
    throw new PipelineError('VP530', 'no report about these digests, so nothing is published', {
      details: untested.join('\n'),
    });
  }
}

function isAbout(report: VerifyReport, image: StagedImage): boolean {
  return (['digest', 'line', 'variant', 'platform'] as const).every((key) => report[key] === image[key]);
}

/**
 * A staged image as the registry holds it. Throws VP523 unless it is one image for its platform, with everything under
 * it there: a registry takes a tag for a manifest whose layers it has lost since.
 */
export async function inspectStaged(registry: Registry, image: StagedImage): Promise<InspectedImage> {
  const wrong = (what: string): PipelineError => new PipelineError('VP523', what, { where: showImage(image) });
  const manifest = await registry.manifest(image.digest);
  if (manifest === null) throw wrong('the registry has no such digest');
  const content = readImageManifest(manifest);
  if (content === null)
    throw wrong(`this is not the manifest of one image, but ${manifest.mediaType || 'of no known type'}`);
  const blob = await registry.blob(content.config.digest);
  const config = blob && readImageConfig(blob);
  if (!config)
    throw wrong(`the configuration of the image is ${blob ? 'not readable' : 'missing'}: ${content.config.digest}`);
  if (config.os !== 'linux' || config.architecture !== architectureOf(image.platform)) {
    throw wrong(`the image is for ${config.os}/${config.architecture}`);
  }
  for (const layer of new Set(content.layers.map((entry) => entry.digest))) {
    if (!(await registry.hasBlob(layer))) throw wrong(`a layer is missing: ${layer}`);
  }
  const labels = config.config?.Labels ?? {};
  return { ...image, mediaType: manifest.mediaType, size: manifest.body.length, labels };
}

/**
 * Holds what the images say of themselves against the line, its lock and each other, and gives the version of the
 * server that they hold. Throws VP522 where they differ: one platform may be left from an earlier build.
 */
export function requireOneBuild(
  line: Pick<ReleaseLine, 'line' | 'valkey'>,
  lock: string,
  images: readonly InspectedImage[],
): string {
  const valkey = line.valkey ?? versionOf(images[0]);
  const revision = images[0]?.labels[names.revision];
  for (const image of images) {
    same(image, 'line', image.labels[names.line], line.line);
    same(image, 'variant', image.labels[names.variant], image.variant);
    same(image, 'lock', image.labels[names.lock], lock);
    if (valkey === '') throw mismatch(image, 'it does not say the version of Valkey in it');
    same(image, 'version of Valkey', versionOf(image), valkey);
    same(image, 'revision', image.labels[names.revision], revision);
  }
  return valkey;
}

/**
 * The version of the server in an image: that of a variant other than the default has the name of the variant behind
 * it.
 */
function versionOf(image: InspectedImage | undefined): string {
  const version = image?.labels[names.version] ?? '';
  const suffix = image === undefined || image.variant === 'default' ? '' : `-${image.variant}`;
  return version.endsWith(suffix) ? version.slice(0, version.length - suffix.length) : version;
}

function same(image: StagedImage, what: string, got: string | undefined, wanted: string | undefined): void {
  if (got !== wanted) throw mismatch(image, `its ${what} is ${got || 'not said'}, not ${wanted || 'not said'}`);
}

function mismatch(image: StagedImage, what: string): PipelineError {
  return new PipelineError('VP522', what, { where: showImage(image) });
}
