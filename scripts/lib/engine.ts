import process from 'node:process';
import { Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import Docker from 'dockerode';
import { findEngine } from '../bootstrap/engine.mjs';
import { PipelineError } from './pipeline-error.ts';
import { retry } from './retry.ts';

/** The Docker engine that DOCKER_HOST names, or the local one. Throws VP903 where none answers. */
export async function openEngine(): Promise<Docker> {
  try {
    const docker = new Docker();
    await docker.ping();
    return docker;
  } catch (cause) {
    const where = process.env['DOCKER_HOST'] ?? 'the local socket';
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    const fix = 'your user may not talk to it: add it to the group docker, or run this as root';
    const details = { where, cause, ...(why === 'EACCES' && { fix }) };
    throw new PipelineError('VP903', `no Docker engine answers (${why})`, details);
  }
}

/** The HTTP status of an error of the engine's, or null. */
export function engineStatus(error: unknown): number | null {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : null;
}

/** For `catch` after a removal: it is gone already (404), or being removed (409). Throws anything else. */
export function ignoreGone(error: unknown): void {
  const status = engineStatus(error);
  if (status !== 404 && status !== 409) throw error;
}

/** Id of a local image, or undefined if the engine does not have it. Throws VP903 if no engine answers. */
export async function imageId(reference: string): Promise<string | undefined> {
  try {
    return (await new Docker().getImage(reference).inspect()).Id;
  } catch (cause) {
    if (engineStatus(cause) === 404) return undefined;
    throw new PipelineError('VP903', `looking for the image ${reference} failed`, { details: String(cause), cause });
  }
}

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** The output of a command, and its end. */
export interface Ran extends Output {
  readonly exitCode: number;
}

/** Runs a command in a running container, as the container's user unless another one is named. */
export async function execIn(container: Docker.Container, command: readonly string[], user?: string): Promise<Ran> {
  const exec = await container.exec({
    Cmd: [...command],
    AttachStdout: true,
    AttachStderr: true,
    ...(user !== undefined && { User: user }),
  });
  const printed = await demux(container, await exec.start({ hijack: true, stdin: false }));
  const { ExitCode } = await exec.inspect();
  if (ExitCode === null) throw new Error(`\`${command.join(' ')}\` has not ended`);
  return { exitCode: ExitCode, ...printed };
}

/** Runs a container to its end, as `docker run --rm` does. `heard` gets what it prints on standard error as it comes. */
export async function runOnce(
  docker: Docker,
  wish: Docker.ContainerCreateOptions,
  { input, heard }: { readonly input?: string; readonly heard?: (text: string) => void } = {},
): Promise<Ran> {
  const stdin = input !== undefined;
  const container = await docker.createContainer({ ...wish, OpenStdin: stdin, StdinOnce: stdin, AttachStdin: stdin });
  try {
    // Attached before it starts, so that nothing it prints is missed.
    const stream = await container.attach({ stream: true, stdin, stdout: true, stderr: true, hijack: stdin });
    const run = async (): Promise<number> => {
      await container.start();
      if (stdin) stream.end(input);
      return exitCodeOf(container);
    };
    const [printed, exitCode] = await Promise.all([demux(container, stream, heard), run()]);
    return { exitCode, ...printed };
  } finally {
    await container.remove({ force: true, v: true });
  }
}

/** Settles when the container has ended. One that was removed meanwhile ended without a code of its own. */
export async function exitCodeOf(container: Docker.Container): Promise<number> {
  const { StatusCode }: { StatusCode: number } = await container.wait({ condition: 'not-running' });
  return StatusCode;
}

/** Everything that a container has printed so far. Only for one without a terminal, whose log keeps the streams apart. */
export async function outputOf(container: Docker.Container): Promise<Output> {
  return demux(container, Readable.from([await container.logs({ stdout: true, stderr: true, follow: false })]));
}

/** The last lines of both streams, in the order in which they were written. */
export async function lastLines(container: Docker.Container, count: number): Promise<string> {
  const both = collector();
  const log = await container.logs({ stdout: true, stderr: true, follow: false, tail: count });
  await demuxInto(container, Readable.from([log]), both.sink, both.sink);
  return both.text().trimEnd();
}

/** Copies the log from its first line on; settles when the container has ended and all of it was written. */
export async function followLog(container: Docker.Container, stdout: Writable, stderr: Writable): Promise<void> {
  const log = await container.logs({ stdout: true, stderr: true, follow: true });
  await demuxInto(container, log, stdout, stderr);
}

async function demux(
  container: Docker.Container,
  stream: NodeJS.ReadableStream,
  heard?: (text: string) => void,
): Promise<Output> {
  const [stdout, stderr] = [collector(), collector(heard)];
  await demuxInto(container, stream, stdout.sink, stderr.sink);
  return { stdout: stdout.text(), stderr: stderr.text() };
}

/** Takes apart what the engine sends as one stream; settles at its end. */
async function demuxInto(
  { modem }: Docker.Container,
  stream: NodeJS.ReadableStream,
  stdout: Writable,
  stderr: Writable,
): Promise<void> {
  modem.demuxStream(stream, stdout, stderr);
  await finished(stream, { writable: false });
}

/** A stream that keeps what is written to it, decoded as a whole: a chunk may end inside a character. */
function collector(heard?: (text: string) => void): { sink: Writable; text: () => string } {
  const chunks: Buffer[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      heard?.(chunk.toString('utf8'));
      done();
    },
  });
  return { sink, text: () => Buffer.concat(chunks).toString('utf8') };
}

/** Removes a network, whose containers are gone: the engine lets go of their endpoints a little later. */
export async function removeNetwork(network: Docker.Network): Promise<void> {
  const pausesMs = Array.from({ length: 200 }, () => 100);
  const mayPass = (error: unknown): boolean => String(error).includes('has active endpoints');
  await retry({ pausesMs, mayPass }, () => network.remove());
}

let client: string | undefined;

/**
 * The docker client, for what has no API: buildx, compose, and a build with BuildKit. The one that the bootstrap chose,
 * or else would choose.
 */
export function dockerClient(): string {
  client ??= process.env['VALKEY_BUNDLE_DOCKER'] || findEngine(process.env)?.VALKEY_BUNDLE_DOCKER;
  if (client) return client;
  throw new PipelineError('VP903', 'no Docker engine answers, or no docker client here can build with BuildKit', {
    fix: 'run this through `npm run`, which finds or starts an engine, or says what to do',
  });
}

/**
 * Environment of a build: an old client takes BuildKit only if told to; buildx would wrap the image in an attestation
 * index, and a builder in a container of its own could not see the base image, which is in no registry.
 */
export const buildEnvironment = {
  DOCKER_BUILDKIT: '1',
  BUILDX_BUILDER: 'default',
  BUILDX_NO_DEFAULT_ATTESTATIONS: '1',
} as const;
