import { createServer } from 'node:net';
import type Docker from 'dockerode';
import { runOnce } from '../lib/engine.ts';
import {
  type ContainerWish,
  containerCommand,
  containerInputs,
  findEarlier,
  portHolder,
  SERVER_PORT,
  type Started,
  startContainer,
  stopAndRemove,
  volumeExists,
} from './container.ts';
import { decide } from './decision.ts';
import type { ConfFile, StartOptions } from './options.ts';
import type { Progress } from './progress.ts';
import { awaitServer } from './ready.ts';
import type { Running } from './report.ts';
import { StartError, usageError } from './start-error.ts';

/** `notes`: what the user should know of the image, for example that the archive had only an older server. */
export type BuiltImage = Readonly<{ tag: string; id: string; notes: readonly string[] }>;

type Start = Readonly<{
  docker: Docker;
  obtainImage: () => Promise<BuiltImage>;
  options: StartOptions;
  conf: ConfFile | null;
  progress: Progress;
  aborted: AbortSignal;
}>;

/** From the wish to a server that answers. The earlier container goes only once the image that replaces it is there. */
export async function startServer({ docker, obtainImage, options, conf, progress, aborted }: Start): Promise<Running> {
  const earlier = await findEarlier(docker);
  const isOwn = earlier !== null && earlier.port === options.port && earlier.status === 'running';
  // Our own container gives its port back, or keeps it.
  if (options.port !== null && !isOwn) await refuseTakenPort(docker, options.port);
  const image = await obtainImage();
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

/** Refuses a port of 127.0.0.1 that a container or another program has. */
export async function refuseTakenPort(docker: Docker, port: number): Promise<void> {
  const holder = await portHolder(docker, port);
  if (holder !== null || !(await isFreeOnLoopback(port))) throw portInUse(port, holder);
}

/**
 * Lets the entrypoint of the new image plan the start, in a container of its own, before a running server is stopped
 * for it. What the entrypoint would refuse is refused here, with its words and its exit code.
 */
export async function refuseBadStart(docker: Docker, wish: ContainerWish): Promise<void> {
  const command = ['valkey-bundle', 'plan', '--', ...(containerCommand(wish) ?? ['valkey-server'])];
  const { exitCode, stderr } = await runOnce(docker, { Image: wish.image, Cmd: command, ...containerInputs(wish) });
  if (exitCode === 0) return;
  throw new StartError(`the start would fail with exit code ${exitCode}:\n${stderr.trimEnd().replace(/^/gm, '  | ')}`, {
    fix: 'What runs was left alone.',
    exitCode,
  });
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

type PortWish = Readonly<{ port: number | null; previousPort: number | null }>;

/** A started container on the port asked for, or on the next free one. */
async function startOnPort(docker: Docker, wish: ContainerWish & PortWish): Promise<Started> {
  for (let attempt = 0; attempt < START_TRIES; attempt++) {
    const port = wish.port ?? (await chooseFreePort(wish.previousPort, isFreeOnLoopback));
    const container = await startContainer(docker, wish, port);
    if (container !== null) return { container, port };
    if (wish.port !== null) throw portInUse(wish.port, null);
  }
  throw new StartError('free ports of 127.0.0.1 were taken again and again before the container got them', {
    fix: 'Name one: npm start -- --port N.',
  });
}

/** Between finding a free port and the engine taking it somebody else may; more often than this is no accident. */
const START_TRIES = 5;

/** How many ports after 6379 are tried: more neighbours than that means something else is wrong. */
const PORTS_TRIED = 100;

/** The first free port: that of the container being replaced (its clients keep their address), then from 6379 on. */
export async function chooseFreePort(
  previous: number | null,
  isFree: (port: number) => Promise<boolean>,
): Promise<number> {
  const upwards = Array.from({ length: PORTS_TRIED }, (_, offset) => SERVER_PORT + offset);
  for (const port of previous === null ? upwards : [previous, ...upwards]) {
    if (await isFree(port)) return port;
  }
  throw new StartError(`the ports ${SERVER_PORT} to ${SERVER_PORT + PORTS_TRIED - 1} of 127.0.0.1 are all in use`, {
    fix: 'Name a free one: npm start -- --port N.',
  });
}

/** True if nothing listens there. A port below 1024 counts as free: only the engine may open it, and it will say. */
export function isFreeOnLoopback(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else if (error.code === 'EACCES') resolve(true);
      else reject(error);
    });
    probe.listen({ host: '127.0.0.1', port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** The refusal of a port that was asked for by number. `holder` is the container that publishes it, if one does. */
export function portInUse(port: number, holder: Readonly<{ name: string; image: string }> | null): StartError {
  const by = holder === null ? 'another program' : `the container ${holder.name} (image ${holder.image})`;
  return usageError(
    `--port ${port}: 127.0.0.1:${port} is in use by ${by}`,
    holder === null
      ? 'Stop that program, name another port, or leave --port out: the next free one is taken.'
      : `Stop it (docker stop ${holder.name}), name another port, or leave --port out: the next free one is taken.`,
  );
}
