import process from 'node:process';
import { execa } from 'execa';
import { findEngine } from '../bootstrap/find-engine.mjs';
import { PipelineError } from '../problems/pipeline-error.ts';

let client: string | undefined;

/** The docker client that can build with BuildKit: the one that the bootstrap chose, or else would choose. */
export function dockerClient(): string {
  client ??= process.env['VALKEY_BUNDLE_DOCKER'] || findEngine(process.env)?.VALKEY_BUNDLE_DOCKER;
  if (client) return client;
  throw new PipelineError('VP903', 'no Docker engine answers, or no docker client here can build with BuildKit', {
    fix: 'run this through `npm run`, which finds or starts an engine, or says what to do',
  });
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
  throw new PipelineError('VP903', `docker image inspect ${reference} failed`, {
    details: found.stderr || found.shortMessage || '',
  });
}
