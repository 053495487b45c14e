import { digestOf } from '../lib/hash.ts';
import { architectureOf, type Platform } from '../pipeline/platform.ts';
import { indexType, type Manifest } from '../registry/manifest.ts';

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
 * The index over the images of one variant, one a platform, by the OCI image specification. Its bytes follow from the images alone, so a
 * second run gives the same digest and finds it published. Its annotations are the org.opencontainers.image labels that all the images
 * share. A line of one platform gets an index too: what a tag leads to, and a signature stands for, then never changes its kind.
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
