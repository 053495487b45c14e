import Docker from 'dockerode';
import { StartError } from './start-error.ts';

/** The Docker engine that DOCKER_HOST names, or the local one; an error says why it does not answer. */
export async function connectEngine(env: NodeJS.ProcessEnv): Promise<Docker> {
  try {
    const docker = new Docker();
    await docker.ping();
    return docker;
  } catch (error) {
    const where = env['DOCKER_HOST'] ?? 'the local socket';
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new StartError(`no Docker engine answers at ${where}${code === '' ? '' : ` (${code})`}`, {
      fix:
        code === 'EACCES'
          ? 'Your user may not talk to it: add it to the group docker, or run this as root.'
          : 'Start the engine, or name it in DOCKER_HOST.',
      cause: error,
    });
  }
}

/** The HTTP status of an error of the engine's, or null. */
export function engineStatus(error: unknown): number | null {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : null;
}
