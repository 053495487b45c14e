import * as z from 'zod';
import { digest } from '../../data/lock.ts';
import { digestOf, parseJson } from '../files.ts';
import { architectureOf, type Platform } from '../platform.ts';

/** A manifest as the registry gave it. */
export interface Manifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly body: Buffer;
}

export const indexType = 'application/vnd.oci.image.index.v1+json';

/** Images: OCI's, and docker's, which is what an engine before 28 pushes. */
const imageTypes: readonly string[] = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

/** The types that are asked for: without them an old registry would convert what it has, and give another digest. */
export const manifestTypes = [...imageTypes, indexType, 'application/vnd.docker.distribution.manifest.list.v2+json'];

const descriptor = z.looseObject({ digest, size: z.int().nonnegative() });

const imageManifest = z.looseObject({
  schemaVersion: z.literal(2),
  config: descriptor,
  layers: z.array(descriptor),
});

/** The part of an image's configuration that matters here. */
const imageConfig = z.looseObject({
  os: z.string(),
  architecture: z.string(),
  config: z.looseObject({ Labels: z.record(z.string(), z.string()).nullish() }).nullish(),
});

/** An index names an image a platform, and attestations of a builder, which have no platform or an unknown one. */
const indexManifest = z.looseObject({
  manifests: z.array(
    z.looseObject({ digest, platform: z.looseObject({ os: z.string(), architecture: z.string() }).optional() }),
  ),
});

type IndexEntry = z.infer<typeof indexManifest>['manifests'][number];

type ImageManifest = z.infer<typeof imageManifest>;
export type ImageConfig = z.infer<typeof imageConfig>;

/** The manifest of one image; null for an index, a list, an artifact, and for what is not a manifest. */
export function readImageManifest({ mediaType, body }: Pick<Manifest, 'mediaType' | 'body'>): ImageManifest | null {
  return imageTypes.includes(mediaType) ? read(imageManifest, body) : null;
}

/** The entries of an index; null where the bytes are something else. */
export function readImageIndex(body: Uint8Array): readonly IndexEntry[] | null {
  return read(indexManifest, body)?.manifests ?? null;
}

export function readImageConfig(body: Buffer): ImageConfig | null {
  return read(imageConfig, body);
}

function read<Schema extends z.ZodType>(schema: Schema, body: Uint8Array): z.infer<Schema> | null {
  const found = parseJson(Buffer.from(body).toString('utf8'), schema);
  return found.ok ? found.value : null;
}

/** One image of an index, as the registry holds it. */
export interface IndexedImage {
  readonly platform: Platform;
  readonly digest: string;
  readonly mediaType: string;
  /** Bytes of its manifest. */
  readonly size: number;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * The index over the images of one variant, one a platform, by the OCI image specification. Its bytes follow from the
 * images alone, so a second run gives the same digest and finds it published. Its annotations are the
 * org.opencontainers.image labels that all the images share. A line of one platform gets an index too: what a tag leads
 * to, and a signature stands for, then never changes its kind.
 */
export function imageIndex(images: readonly IndexedImage[]): Manifest {
  const index = {
    schemaVersion: 2,
    mediaType: indexType,
    manifests: images.map(({ mediaType, digest, size, platform }) => ({
      mediaType,
      digest,
      size,
      platform: { architecture: architectureOf(platform), os: 'linux' },
    })),
    annotations: sharedLabels(images),
  };
  const body = Buffer.from(JSON.stringify(index, null, 2), 'utf8');
  return { digest: digestOf(body), mediaType: indexType, body };
}

function sharedLabels([first, ...others]: readonly IndexedImage[]): Record<string, string> {
  const shared = Object.entries(first?.labels ?? {})
    .filter(([name]) => name.startsWith('org.opencontainers.image.'))
    .filter(([name, value]) => others.every(({ labels }) => labels[name] === value))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(shared);
}
