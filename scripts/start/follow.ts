import type Docker from 'dockerode';
import { stopAndRemove } from './container.ts';
import { followLog } from './container-log.ts';
import { CONTAINER_NAME } from './names.ts';
import type { Progress } from './progress.ts';
import { exitCodeOf } from './run-container.ts';
import type { Interruption } from './signals.ts';

/**
 * Shows the container's log until it ends. Interrupted, it stops the container gracefully and removes it: exit code 0.
 * If the container ends by itself, its exit code is the result, and its last lines are the ones just shown.
 */
export async function followUntilEnd(
  docker: Docker,
  container: Docker.Container,
  interruption: Interruption,
  progress: Progress,
): Promise<number> {
  const ended = exitCodeOf(container);
  const log = followLog(container, process.stdout, process.stderr);
  const first = await Promise.race([ended, interruption.happened]);
  if (typeof first === 'number') {
    await log;
    await reportEnd(container, first, progress);
    return first;
  }
  progress.note(`\n${first.signal}: stopping the server, so that it saves its data (again: kill it)`);
  // A second interruption means it: what was not saved is lost, and the user has been told.
  void interruption.again.then(() => container.kill().catch(() => {}));
  await stopAndRemove(docker, container.id);
  await log;
  progress.note('stopped, the container is removed, the data stays');
  return 0;
}

async function reportEnd(container: Docker.Container, exitCode: number, progress: Progress): Promise<void> {
  if (exitCode === 0) {
    // SHUTDOWN, or an npm stop in another terminal, which has removed the container, too.
    progress.note('\nthe server was stopped by somebody else, with exit code 0; the data stays');
    return;
  }
  const info = await container.inspect().catch(() => null);
  const why = info?.State.OOMKilled === true ? ', for lack of memory' : '';
  progress.warn(`the server ended by itself, with exit code ${exitCode}${why}: the lines above are its last ones`);
  if (info === null) return;
  progress.note(
    `docker logs ${CONTAINER_NAME} shows them again; npm start replaces the container, npm stop removes it`,
  );
}
