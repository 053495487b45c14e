import type Docker from 'dockerode';
import { exitCodeOf, followLog } from '../lib/engine.ts';
import { CONTAINER_NAME, stopAndRemove } from './container.ts';
import type { Progress } from './progress.ts';

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

type Interruption = Readonly<{
  /** Fires with the first signal. */
  aborted: AbortSignal;
  happened: Promise<{ readonly signal: NodeJS.Signals }>;
  again: Promise<void>;
}>;

/** Ctrl-C comes from the terminal and again from the npm above this process: only a later one is a second one. */
const SAME_KEY_MS = 1_000;

/** From here on SIGINT, SIGTERM and SIGHUP (a closed terminal) end nothing by themselves: the caller decides. */
export function catchInterruption(): Interruption {
  const controller = new AbortController();
  const first = Promise.withResolvers<{ readonly signal: NodeJS.Signals }>();
  const second = Promise.withResolvers<void>();
  let firstAt: number | null = null;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      firstAt ??= performance.now();
      if (performance.now() - firstAt > SAME_KEY_MS) second.resolve();
      first.resolve({ signal });
      controller.abort();
    });
  }
  return { aborted: controller.signal, happened: first.promise, again: second.promise };
}
