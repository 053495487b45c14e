import { inputsLabel } from '../image-line/image-labels.ts';
import { architectureOf } from '../pipeline/platform.ts';
import type { StagedImage } from '../pipeline/records.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import { type IndexedImage, readImageConfig, readImageManifest } from './manifest.ts';
import type { Registry } from './registry.ts';
import { showImage } from './show-image.ts';

/**
 * The staged image as the registry holds it. Throws VP523 unless it is one image for its platform, of the inputs that its record names, with
 * everything under it there: a registry takes a tag for a manifest whose layers it has lost since.
 */
export async function inspectStaged(registry: Registry, image: StagedImage): Promise<IndexedImage> {
  const { platform, digest } = image;
  const wrong = (what: string): PipelineError => new PipelineError('VP523', what, { where: showImage(image) });
  const manifest = await registry.manifest(digest);
  if (manifest === null) throw wrong('the registry has no such digest');
  const content = readImageManifest(manifest);
  if (content === null)
    throw wrong(`this is not the manifest of one image, but ${manifest.mediaType || 'of no known type'}`);
  const blob = await registry.blob(content.config.digest);
  const config = blob && readImageConfig(blob);
  if (!config)
    throw wrong(`the configuration of the image is ${blob ? 'not readable' : 'missing'}: ${content.config.digest}`);
  if (config.os !== 'linux' || config.architecture !== architectureOf(platform)) {
    throw wrong(`the image is for ${config.os}/${config.architecture}`);
  }
  const labels = config.config?.Labels ?? {};
  const inputs = labels[inputsLabel];
  if (inputs !== image.inputs) {
    throw wrong(`it was staged as made of the inputs ${image.inputs}, and says ${inputs ?? 'nothing about them'}`);
  }
  for (const layer of new Set(content.layers.map((entry) => entry.digest))) {
    if (!(await registry.hasBlob(layer))) throw wrong(`a layer is missing: ${layer}`);
  }
  return { platform, digest, mediaType: manifest.mediaType, size: manifest.body.length, labels };
}
