import process from 'node:process';
import { execa } from 'execa';

/** A docker client that can build with BuildKit, as the bootstrap found it, or the one on PATH. */
export function dockerClient(): string {
  return process.env['VALKEY_BUNDLE_DOCKER'] || 'docker';
}

/**
 * Environment of a build: an old client takes BuildKit only if told to; buildx would wrap the image in an attestation index,
 * and a builder in a container of its own could not see the base image, which is in no registry.
 */
export const buildEnvironment = {
  DOCKER_BUILDKIT: '1',
  BUILDX_BUILDER: 'default',
  BUILDX_NO_DEFAULT_ATTESTATIONS: '1',
} as const;

/** Id of a local image, or undefined if the engine does not have it. Throws if no engine answers. */
export async function imageId(reference: string): Promise<string | undefined> {
  const found = await execa(dockerClient(), ['image', 'inspect', '--format', '{{.Id}}', reference], { reject: false });
  if (found.exitCode === 0) return found.stdout.trim();
  if (/no such image/i.test(found.stderr)) return undefined;
  throw new Error(
    `docker image inspect ${reference} failed: ${found.stderr || found.shortMessage}\n` +
      'Fix: start the Docker engine, or run this through `npm run`, which finds or starts one.',
  );
}
