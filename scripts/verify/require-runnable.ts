import type Docker from 'dockerode';
import { PipelineError } from '../problems/pipeline-error.ts';
import type { Containers } from './containers.ts';
import type { ImageInfo } from './subject.ts';

/** Throws VP406 for an image of another processor that the engine cannot emulate. */
export async function requireRunnable(
  docker: Docker,
  containers: Containers,
  image: ImageInfo,
  where: string,
): Promise<void> {
  const { Arch } = await docker.version();
  if (Arch === image.Architecture) return;
  const container = await containers.create({ entrypoint: ['true'], command: [] });
  try {
    await container.start();
    const end: unknown = await container.wait();
    if (typeof end === 'object' && end !== null && 'StatusCode' in end && end.StatusCode === 0) return;
    throw new Error('it did not start');
  } catch (cause) {
    throw new PipelineError('VP406', `the image is for ${image.Architecture}, the engine runs on ${Arch}`, {
      where,
      cause,
    });
  } finally {
    await containers.remove(container);
  }
}
