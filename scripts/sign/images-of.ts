import * as z from 'zod';
import { digest as digestSchema } from '../lines/lock-file.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import { indexType, readImageConfig, readImageManifest } from '../registry/manifest.ts';
import type { Registry } from '../registry/open-registry.ts';
import { showRepository } from '../registry/repository.ts';

/** An image under a digest. */
export interface PlatformImage {
  readonly digest: string;
  readonly architecture: string;
}

const index = z.looseObject({
  manifests: z.array(
    z.looseObject({ digest: digestSchema, platform: z.looseObject({ architecture: z.string() }).optional() }),
  ),
});

/** The images that a digest stands for: those of an index, or itself. Throws VP402 for a digest that is not there, VP620 for no image. */
export async function imagesOf(registry: Registry, digest: string): Promise<PlatformImage[]> {
  const where = `${showRepository(registry.repository)}@${digest}`;
  const manifest = await registry.manifest(digest);
  if (manifest === null) throw new PipelineError('VP402', 'the registry has nothing under it', { where });
  if (manifest.mediaType === indexType) {
    const { manifests } = index.parse(JSON.parse(manifest.body.toString('utf8')));
    // What has no platform is an attestation of the builder, not an image.
    const images = manifests.flatMap(({ digest: of, platform }) =>
      platform === undefined || platform.architecture === 'unknown'
        ? []
        : [{ digest: of, architecture: platform.architecture }],
    );
    if (images.length > 0) return images;
    throw new PipelineError('VP620', 'the index names no image', { where });
  }
  const image = readImageManifest(manifest);
  const config = image === null ? null : readImageConfig((await registry.blob(image.config.digest)) ?? Buffer.alloc(0));
  if (config === null)
    throw new PipelineError('VP620', `it is neither index nor image, got ${manifest.mediaType}`, { where });
  return [{ digest, architecture: config.architecture }];
}
