import type Docker from 'dockerode';
import { execa } from 'execa';
import { dockerClient, engineStatus } from '../lib/engine.ts';
import { architectureOf, type Platform } from '../pipeline/platform.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import type { Reference } from './reference.ts';

interface Wanted {
  readonly reference: Reference;
  readonly platform: Platform;
  readonly aborted: AbortSignal;
  readonly report: (line: string) => void;
}

/**
 * The image in the engine, pulled where it is a digest. Throws VP401 to VP403 if it cannot be had, VP405 if it is for another platform,
 * VP409 if the engine has something else under the digest.
 */
export async function obtainImage(
  docker: Docker,
  { reference, platform, aborted, report }: Wanted,
): Promise<Docker.ImageInspectInfo> {
  if (reference.kind === 'digest') {
    report(`pulling ${reference.text} for ${platform}`);
    await pull(reference.text, platform, aborted);
  }
  const image = await inspect(docker, reference);
  if (reference.kind === 'digest' && !image.RepoDigests.includes(reference.text)) {
    const has = image.RepoDigests.join(', ') || 'none';
    throw new PipelineError('VP409', `its digests are ${has}`, { where: reference.text });
  }
  if (`${image.Os}/${image.Architecture}` !== platform) {
    const what = `wanted ${platform}, got ${image.Os}/${image.Architecture}`;
    const fix = `--platform linux/${image.Architecture}, where this machine can run that`;
    throw new PipelineError('VP405', what, { where: reference.text, fix });
  }
  return image;
}

async function inspect(docker: Docker, reference: Reference): Promise<Docker.ImageInspectInfo> {
  try {
    return await docker.getImage(reference.text).inspect();
  } catch (cause) {
    if (engineStatus(cause) !== 404) throw cause;
    throw new PipelineError('VP401', 'there is no such image', { where: reference.text, cause });
  }
}

/** By the docker client: it knows the credentials of `docker login`. */
async function pull(reference: string, platform: Platform, aborted: AbortSignal): Promise<void> {
  const pulled = await execa(dockerClient(), ['pull', '--quiet', '--platform', platform, reference], {
    all: true,
    reject: false,
    stdin: 'ignore',
    cancelSignal: aborted,
  });
  aborted.throwIfAborted();
  if (pulled.exitCode === 0) return;
  const details = pulled.all || pulled.shortMessage || '';
  if (/manifest unknown|not found|no match(ing manifest)? for/i.test(details) && !/no such host/i.test(details)) {
    const what = `the registry has nothing under it for ${architectureOf(platform)}`;
    throw new PipelineError('VP402', what, { where: reference, details });
  }
  throw new PipelineError('VP403', 'docker pull failed', { where: reference, details });
}
