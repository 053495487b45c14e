import process from 'node:process';
import Docker from 'dockerode';
import { PipelineError } from '../problems/pipeline-error.ts';

/** The Docker engine that DOCKER_HOST names, or the local one. Throws VP903 where none answers. */
export async function openEngine(): Promise<Docker> {
  const docker = new Docker();
  try {
    await docker.ping();
    return docker;
  } catch (cause) {
    const where = process.env['DOCKER_HOST'] ?? 'the local socket';
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new PipelineError('VP903', `no Docker engine answers (${why})`, { where, cause });
  }
}
