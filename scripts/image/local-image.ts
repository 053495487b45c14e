import { join } from 'node:path';
import type { BundleFile } from '../../modules/schema.ts';
import { jsonText } from '../lib/files.ts';
import { paths } from '../lib/workspace.ts';
import { type ArchiveRecord, ensureBase } from './base.ts';
import { readArchiveLine } from './base-packages.ts';
import { buildImage, builtId } from './buildkit.ts';
import { archiveBundle, standInBundle } from './bundle.ts';
import { buildEntrypoint } from './entrypoint-build.ts';
import { imageEntries, withContext } from './image-context.ts';
import { labels, revision } from './labels.ts';

export interface ImageOptions {
  /** Gets one line as each step starts. */
  readonly report?: (line: string) => void;
  /** Makes the base again even if its recipe is unchanged: takes what the archive has now. */
  readonly rebuildBase?: boolean;
}

export interface LocalImage {
  readonly tag: 'valkey-bundle:local';
  readonly id: string;
  readonly base: string;
  readonly record: ArchiveRecord;
  readonly bundle: BundleFile;
}

/** Builds the local line's image: everything from the Debian archive, and the entrypoint of this working copy. */
export async function buildLocalImage({
  report = () => {},
  rebuildBase = false,
}: ImageOptions = {}): Promise<LocalImage> {
  const tag = 'valkey-bundle:local';
  const line = await readArchiveLine(paths.localLine);
  const [entrypoint, base] = await Promise.all([buildEntrypoint(report), ensureBase(line, report, rebuildBase)]);
  const bundle = archiveBundle(line, base.record);
  const named = { [labels.version]: `${bundle.valkey}-local`, ...(await revision()) };
  const dockerfile = join(paths.docker, 'image.Dockerfile');
  const args = { BASE: base.image };
  await withContext(imageEntries(entrypoint.path, bundle), (context) =>
    buildImage({ tag, context, dockerfile, args, labels: named, repeat: 'npm run image' }, report),
  );
  return { tag, id: await builtId(tag), base: base.image, record: base.record, bundle };
}

export interface TestImage {
  readonly tag: 'valkey-bundle-test:local';
  readonly id: string;
  readonly bundle: BundleFile;
}

/** Builds the local image, and on it the one that has stand-ins for search, json, bloom and ldap. */
export async function buildTestImage(options: ImageOptions = {}): Promise<TestImage> {
  const { report = () => {} } = options;
  const tag = 'valkey-bundle-test:local';
  const local = await buildLocalImage(options);
  const bundle = standInBundle(local.bundle);
  const entries = {
    'bundle.json': { text: jsonText(bundle) },
    'stand-ins': { from: paths.standIns },
  };
  const dockerfile = join(paths.docker, 'test.Dockerfile');
  const args = { BASE: local.base, LOCAL: local.tag };
  const repeat = 'npm run image -- --test';
  await withContext(entries, (context) => buildImage({ tag, context, dockerfile, args, repeat }, report));
  return { tag, id: await builtId(tag), bundle };
}
