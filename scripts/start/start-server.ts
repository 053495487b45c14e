import type Docker from 'dockerode';
import { refuseBadStart } from './check-start.ts';
import type { ConfFile } from './conf-file.ts';
import { findEarlier, portHolder, stopAndRemove, volumeExists } from './container.ts';
import { decide, type EarlierContainer } from './decision.ts';
import { SERVER_PORT } from './names.ts';
import type { StartOptions } from './options.ts';
import { isFreeOnLoopback, portInUse } from './port.ts';
import type { Progress, Say } from './progress.ts';
import type { Running } from './report.ts';
import { awaitServer, startOnPort } from './run-container.ts';
import { untilAborted } from './until-aborted.ts';

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
