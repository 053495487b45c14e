import { createHash } from 'node:crypto';
import type { RawRepository } from './registry-seed.ts';

const indexType = 'application/vnd.oci.image.index.v1+json';
const manifestType = 'application/vnd.oci.image.manifest.v1+json';

/**
 * Puts an index of new images under a tag, one image an architecture, and gives the digest of its bytes. They are laid
 * out as nobody would write them again: a digest of anything but these bytes is another one.
 */
export async function putIndex(
  repository: RawRepository,
  tag: string,
  architectures: readonly string[],
): Promise<string> {
  const manifests: object[] = [];
  for (const architecture of architectures) {
    const { digest } = await repository.putImage(architecture);
    const size = (await repository.bytes(digest))?.length ?? 0;
    manifests.push({ mediaType: manifestType, digest, size, platform: { os: 'linux', architecture } });
  }
  const body = `${JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests }, null, 3)}\n\n`;
  await repository.put(tag, indexType, body);
  return `sha256:${createHash('sha256').update(body).digest('hex')}`;
}
