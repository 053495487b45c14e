import { join } from 'node:path';
import type { BundleFile } from '../../modules/schema.ts';
import { type BaseRecord, ensureBase } from './base.ts';
import { readArchiveLine } from './base-line.ts';
import { imageId } from './engine.ts';
import { buildImage } from './engine-build.ts';
import { buildEntrypoint } from './entrypoint-build.ts';
import { archiveBundle } from './image-bundle.ts';
import { withContext } from './image-context.ts';
import { paths } from './image-paths.ts';
import { revision } from './image-revision.ts';
import { jsonText } from './json.ts';

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
  readonly record: BaseRecord;
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
  const labels = { 'org.opencontainers.image.version': `${bundle.valkey}-local`, ...(await revision()) };
  const dockerfile = join(paths.docker, 'image.Dockerfile');
  const entries = {
    'bundle.json': { text: jsonText(bundle) },
    'layout.sh': { from: join(paths.docker, 'layout.sh') },
    'probe.pl': { from: join(paths.docker, 'probe.pl') },
    'valkey-bundle': { from: entrypoint.path },
  };
  await withContext(entries, (context) =>
    buildImage({ tag, context, dockerfile, args: { BASE: base.image }, labels, repeat: 'npm run image' }, report),
  );
  return { tag, id: await builtId(tag), base: base.image, record: base.record, bundle };
}

/** The id of an image that was built a moment ago. */
export async function builtId(tag: string): Promise<string> {
  const id = await imageId(tag);
  if (id) return id;
  throw new Error(
    `${tag} was built, and the engine does not have it: does the docker client build somewhere else (docker buildx ls)?`,
  );
}
