import { join } from 'node:path';
import type { BundleFile } from '../../modules/schema.ts';
import { buildImage } from './engine-build.ts';
import { buildLocalImage, builtId, type ImageOptions } from './image.ts';
import { standInBundle } from './image-bundle.ts';
import { withContext } from './image-context.ts';
import { paths } from './image-paths.ts';
import { jsonText } from './json.ts';

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
