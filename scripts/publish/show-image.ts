import type { StagedImage } from '../pipeline/records.ts';

/** One staged image in a message: `default linux/amd64 ghcr.io/kailas-cloud/valkey-bundle@sha256:...`. */
export function showImage({ variant, platform, repository, digest }: StagedImage): string {
  return `${variant} ${platform} ${repository}@${digest}`;
}
