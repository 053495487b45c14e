import { finished } from 'node:stream/promises';
import type Docker from 'dockerode';
import type { ConfFile } from './conf-file.ts';
import { findEarlier, portHolder, stopAndRemove, volumeExists } from './container.ts';
import { type ContainerWish, containerCommand, containerInputs } from './container-wish.ts';
import { decide, type EarlierContainer } from './decision.ts';
import { SERVER_PORT } from './names.ts';
import type { StartOptions } from './options.ts';
import { isFreeOnLoopback, portInUse } from './port.ts';
import type { Progress, Say } from './progress.ts';
import type { Running } from './report.ts';
import { awaitServer, startOnPort } from './run-container.ts';
import { collector, type InsideResult } from './run-inside.ts';
import { StartError } from './start-error.ts';

/** `notes`: what the user should know of the image, for example that the archive had only an older server. */
export type BuiltImage = Readonly<{ tag: string; id: string; notes: readonly string[] }>;

type Start = Readonly<{
  docker: Docker;
  buildImage: (say: Say) => Promise<BuiltImage>;
  options: StartOptions;
  conf: ConfFile | null;
  progress: Progress;
  aborted: AbortSignal;
}>;

/** From the wish to a server that answers. The earlier container goes only once the image that replaces it is built. */
export async function startServer({ docker, buildImage, options, conf, progress, aborted }: Start): Promise<Running> {
  const earlier = await findEarlier(docker);
  if (options.port !== null) await refuseTakenPort(docker, options.port, earlier);
  const image = await progress.step('Building the image, all of it from the Debian archive', (say) =>
    untilAborted(buildImage(say), aborted),
  );
  for (const note of image.notes) progress.warn(note);
  const decision = decide(earlier, {
    imageId: image.id,
    environment: options.environment,
    confHash: conf?.hash ?? null,
    confPath: conf?.path ?? null,
    port: options.port,
  });
  const facts = {
    image: image.tag,
    environment: options.environment,
    confPath: conf?.path ?? null,
    dataKept: await volumeExists(docker),
  };
  if (decision.action === 'reuse') {
    const started = { container: docker.getContainer(decision.id), port: decision.port };
    await progress.step('Waiting until PING answers', () => awaitServer(started, conf, aborted));
    return { ...started, ...facts, alreadyRunning: true };
  }
  const wish = { image: image.id, environment: options.environment, conf };
  if (decision.action === 'replace') {
    if (earlier?.status === 'running') {
      await progress.step('Checking the new start', () => refuseBadStart(docker, wish));
      aborted.throwIfAborted();
    }
    progress.note(`The container of an earlier start is replaced: ${decision.reasons.join('; ')}. Its data stays.`);
    await progress.step('Removing the earlier container', () => stopAndRemove(docker, decision.id));
  }
  const previousPort = decision.action === 'replace' ? decision.previousPort : null;
  const started = await progress.step('Starting the container', () =>
    startOnPort(docker, { ...wish, port: options.port, previousPort }),
  );
  if (options.port === null && started.port !== SERVER_PORT) {
    const why = started.port === previousPort ? 'As before, it has' : `Port ${SERVER_PORT} is in use: it has`;
    progress.note(`${why} port ${started.port}.`);
  }
  try {
    await progress.step('Waiting until PING answers', () => awaitServer(started, conf, aborted));
  } catch (error) {
    if (aborted.aborted) await stopAndRemove(docker, started.container.id);
    throw error;
  }
  return { ...started, ...facts, alreadyRunning: false };
}

async function refuseTakenPort(docker: Docker, port: number, earlier: EarlierContainer | null): Promise<void> {
  // Our own container gives its port back, or keeps it.
  if (earlier !== null && earlier.port === port && earlier.status === 'running') return;
  const holder = await portHolder(docker, port);
  if (holder !== null || !(await isFreeOnLoopback(port))) throw portInUse(port, holder);
}

/**
 * Lets the entrypoint of the new image plan the start, in a container of its own, before a running server is stopped for it. What the
 * entrypoint would refuse is refused here, with its words and its exit code.
 */
async function refuseBadStart(docker: Docker, wish: ContainerWish): Promise<void> {
  const command = ['valkey-bundle', 'plan', '--', ...(containerCommand(wish) ?? ['valkey-server'])];
  const { exitCode, stderr } = await runOnce(docker, { Image: wish.image, Cmd: command, ...containerInputs(wish) });
  if (exitCode === 0) return;
  throw new StartError(`the start would fail with exit code ${exitCode}:\n${stderr.trimEnd().replace(/^/gm, '  | ')}`, {
    fix: 'The server that runs was left alone.',
    exitCode,
  });
}

/** Runs a container to its end, as `docker run --rm` does, and collects what it prints. */
async function runOnce(docker: Docker, options: Docker.ContainerCreateOptions): Promise<InsideResult> {
  const container = await docker.createContainer(options);
  try {
    // Attached before it starts, so that nothing it prints is missed.
    const stream = await container.attach({ stream: true, stdout: true, stderr: true });
    const stdout = collector();
    const stderr = collector();
    container.modem.demuxStream(stream, stdout.sink, stderr.sink);
    await container.start();
    const { StatusCode }: { StatusCode: number } = await container.wait();
    await finished(stream, { writable: false });
    return { exitCode: StatusCode, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    await container.remove({ force: true });
  }
}

/** The work's result, or a rejection as soon as the signal fires: for work that cannot be told to stop. */
export async function untilAborted<Result>(work: Promise<Result>, aborted: AbortSignal): Promise<Result> {
  const interrupted = Promise.withResolvers<never>();
  const interrupt = () => interrupted.reject(aborted.reason);
  aborted.addEventListener('abort', interrupt, { once: true });
  try {
    aborted.throwIfAborted();
    return await Promise.race([work, interrupted.promise]);
  } finally {
    aborted.removeEventListener('abort', interrupt);
  }
}
