import { PipelineError } from '../problems/pipeline-error.ts';
import {
  type ImageConfig,
  indexType,
  type Manifest,
  readImageConfig,
  readImageIndex,
  readImageManifest,
} from '../publish/manifest.ts';
import type { Registry } from '../publish/registry.ts';
import { showRepository } from '../publish/repository.ts';

/** An image under a digest. */
export interface PlatformImage {
  readonly digest: string;
  readonly architecture: string;
  /** What it says of itself. */
  readonly labels: Readonly<Record<string, string>>;
}

/** The images that a digest stands for: those of an index, or itself. Throws VP402 for a digest that is not there, VP620 for no image. */
export async function imagesOf(registry: Registry, digest: string): Promise<PlatformImage[]> {
  const where = `${showRepository(registry.repository)}@${digest}`;
  const manifest = await registry.manifest(digest);
  if (manifest === null) throw new PipelineError('VP402', 'the registry has nothing under it', { where });
  if (manifest.mediaType === indexType) {
    // What has no platform is an attestation of the builder, not an image.
    const images = (readImageIndex(manifest.body) ?? []).filter(
      ({ platform }) => platform !== undefined && platform.architecture !== 'unknown',
    );
    if (images.length === 0) throw new PipelineError('VP620', 'the index names no image', { where });
    return (await Promise.all(images.map((image) => imagesOf(registry, image.digest)))).flat();
  }
  const config = await configOf(registry, manifest);
  if (config === null)
    throw new PipelineError('VP620', `it is neither index nor image, got ${manifest.mediaType}`, { where });
  return [{ digest, architecture: config.architecture, labels: config.config?.Labels ?? {} }];
}

async function configOf(registry: Registry, manifest: Manifest): Promise<ImageConfig | null> {
  const image = readImageManifest(manifest);
  return image && readImageConfig((await registry.blob(image.config.digest)) ?? Buffer.alloc(0));
}
