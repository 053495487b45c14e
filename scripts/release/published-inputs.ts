import { architectureOf, type Platform } from '../pipeline/platform.ts';
import { type Manifest, readImageConfig, readImageIndex, readImageManifest } from '../publish/manifest.ts';
import type { Registry } from '../publish/registry.ts';

/** What a tag leads to, as far as a release asks: its digest, and the image of one platform with what it was made of. */
export interface PublishedImage {
  readonly digest: string;
  /** The digest of the platform's image. */
  readonly image: string;
  /** The label with the hash of its inputs; null if the image has none. */
  readonly inputs: string | null;
}

/** Null if the tag is not there, or holds nothing for the platform. */
export async function publishedImage(
  registry: Registry,
  tag: string,
  platform: Platform,
  label: string,
): Promise<PublishedImage | null> {
  const found = await registry.manifest(tag);
  if (found === null) return null;
  const image = await imageFor(registry, found, platform);
  const manifest = image && readImageManifest(image);
  const config = manifest && (await registry.blob(manifest.config.digest));
  if (!config) return null;
  const labels = readImageConfig(config)?.config?.Labels ?? {};
  return { digest: found.digest, image: image.digest, inputs: labels[label] ?? null };
}

/** The tag's own manifest where it is an image, the platform's where it is an index. */
async function imageFor(registry: Registry, found: Manifest, platform: Platform): Promise<Manifest | null> {
  if (readImageManifest(found) !== null) return found;
  const child = readImageIndex(found.body)?.find(
    ({ platform: its }) => its?.os === 'linux' && its.architecture === architectureOf(platform),
  );
  return child === undefined ? null : registry.manifest(child.digest);
}
