import { finished } from 'node:stream/promises';
import type Docker from 'dockerode';
import { type ContainerWish, createContainer } from './docker-create.ts';
import { type Executed, execIn } from './docker-exec.ts';
import { type Output, outputOf } from './docker-output.ts';
import { patienceMs } from './patience.ts';

/** A container of a test. */
export interface TestContainer {
  readonly id: string;
  readonly docker: Docker.Container;
  start(): Promise<void>;
  output(): Promise<Output>;
  /** Standard output of a command in the container; a failure of it is an error. */
  read(...command: string[]): Promise<string>;
  /** The same as the user that the server runs as: root in a container may not look into processes of others. */
  readAsServer(...command: string[]): Promise<string>;
  exec(...command: string[]): Promise<Executed>;
  /** Waits until it has ended, and returns its exit code. */
  ended(): Promise<number>;
  /** The port on 127.0.0.1 behind which the container's port is now; none while it does not run. */
  publishedPort(): Promise<number | undefined>;
  remove(): Promise<void>;
}

/** Makes a container, not started yet. */
export async function makeContainer(wish: ContainerWish): Promise<TestContainer> {
  const docker = await createContainer(wish);
  return {
    id: docker.id,
    docker,
    start: () => start(docker, wish.stdin),
    output: () => outputOf(docker),
    exec: (...command) => execIn(docker, command),
    read: (...command) => read(docker, command),
    readAsServer: (...command) => read(docker, command, '999:999'),
    ended: () => ended(docker),
    publishedPort: () => publishedPort(docker),
    remove: () => docker.remove({ force: true, v: true }),
  };
}

async function start(docker: Docker.Container, stdin: string | undefined): Promise<void> {
  if (stdin === undefined) return void (await docker.start());
  const stream = await docker.attach({ stream: true, stdin: true, hijack: true });
  await docker.start();
  stream.end(stdin);
  await finished(stream, { readable: false });
}

async function read(docker: Docker.Container, command: readonly string[], user?: string): Promise<string> {
  const { exitCode, stdout, stderr } = await execIn(docker, command, user);
  if (exitCode !== 0) throw new Error(`${command.join(' ')} ended with ${exitCode}: ${stderr || stdout}`);
  return stdout;
}

async function ended(docker: Docker.Container): Promise<number> {
  const result: unknown = await docker.wait({ abortSignal: AbortSignal.timeout(patienceMs) });
  if (typeof result === 'object' && result !== null && 'StatusCode' in result) return Number(result.StatusCode);
  throw new Error('the engine did not say how the container ended');
}

async function publishedPort(docker: Docker.Container): Promise<number | undefined> {
  const { NetworkSettings } = await docker.inspect();
  const [binding] = Object.values(NetworkSettings.Ports).flatMap((bindings) => bindings ?? []);
  return binding === undefined ? undefined : Number(binding.HostPort);
}
