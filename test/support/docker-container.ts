import { finished } from 'node:stream/promises';
import type Docker from 'dockerode';
import { bytesOf } from '../../entrypoint/text/bytes.ts';
import { execIn, type Output, outputOf, type Ran } from '../../scripts/lib/engine.ts';
import { engine, images, label, requireImage } from './docker-engine.ts';
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
  exec(...command: string[]): Promise<Ran>;
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

/** How a container is to run. What is not said is the image's own. */
export interface ContainerWish {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly user?: string;
  /** A name with dots: the engine writes it into /etc/hosts beside the container's address. */
  readonly fullName?: string;
  readonly readOnly?: boolean;
  readonly capDrop?: readonly string[];
  readonly tmpfs?: Readonly<Record<string, string>>;
  /** Anonymous volumes, by their path. */
  readonly volumes?: readonly string[];
  readonly files?: Files;
  /** Text for standard input, which ends after it. */
  readonly stdin?: string;
  readonly tty?: boolean;
  /** Whether the engine's init process becomes process 1. */
  readonly init?: boolean;
  /** Whose /dev/shm, and whose processes, it has: `shareable`, or `container:` and the other one's id. */
  readonly ipc?: string;
  readonly processes?: string;
  /** The port to publish on 127.0.0.1; null for a container without a network. */
  readonly port?: number | null;
  /** Limits of open files. */
  readonly openFiles?: { readonly soft: number; readonly hard: number };
  readonly healthEveryMs?: number;
  readonly sysctls?: Readonly<Record<string, string>>;
  /** The limit of its memory, in bytes. */
  readonly memory?: number;
  readonly workingDir?: string;
}

/** Makes a container with its files in place, not started yet. */
async function createContainer(wish: ContainerWish): Promise<Docker.Container> {
  const image = wish.image ?? images.test;
  await requireImage(image);
  const container = await engine.createContainer(optionsOf(image, wish));
  try {
    if (wish.files !== undefined) await container.putArchive(tarOf(wish.files), { path: '/' });
    return container;
  } catch (error) {
    await container.remove({ force: true, v: true });
    throw error;
  }
}

function optionsOf(image: string, wish: ContainerWish): Docker.ContainerCreateOptions {
  const { port = null, ipc, processes } = wish;
  const options: Docker.ContainerCreateOptions = {
    Image: image,
    Labels: label,
    HostConfig: {
      Init: wish.init ?? false,
      ReadonlyRootfs: wish.readOnly ?? false,
      Ulimits:
        wish.openFiles === undefined ? [] : [{ Name: 'nofile', Soft: wish.openFiles.soft, Hard: wish.openFiles.hard }],
      ...(ipc === undefined ? {} : { IpcMode: ipc }),
      ...(processes === undefined ? {} : { PidMode: processes }),
      Sysctls: { ...wish.sysctls },
      Memory: wish.memory ?? 0,
      CapDrop: [...(wish.capDrop ?? [])],
      Tmpfs: { ...wish.tmpfs },
      NetworkMode: port === null ? 'none' : 'bridge',
      PortBindings: port === null ? {} : { [`${port}/tcp`]: [{ HostIp: '127.0.0.1', HostPort: '' }] },
    },
    ExposedPorts: port === null ? {} : { [`${port}/tcp`]: {} },
    Env: Object.entries(wish.env ?? {}).map(([name, value]) => `${name}=${value}`),
    Volumes: Object.fromEntries((wish.volumes ?? []).map((path) => [path, {}])),
    Tty: wish.tty ?? false,
    OpenStdin: wish.stdin !== undefined,
    StdinOnce: wish.stdin !== undefined,
    AttachStdin: wish.stdin !== undefined,
  };
  if (wish.command !== undefined) options.Cmd = [...wish.command];
  if (wish.entrypoint !== undefined) options.Entrypoint = [...wish.entrypoint];
  if (wish.fullName !== undefined) {
    const dot = wish.fullName.indexOf('.');
    options.Hostname = wish.fullName.slice(0, dot);
    options.Domainname = wish.fullName.slice(dot + 1);
  }
  if (wish.workingDir !== undefined) options.WorkingDir = wish.workingDir;
  if (wish.user !== undefined) options.User = wish.user;
  if (wish.healthEveryMs !== undefined) options.Healthcheck = { Interval: wish.healthEveryMs * 1_000_000 };
  return options;
}

/**
 * What stands at a path of a container: text, or one of the other kinds of file. The owner is root unless it is said.
 */
type FileEntry = string | (Owned & (TextFile | { readonly directory: true } | { readonly linkTo: string }));

interface Owned {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

interface TextFile {
  readonly text: string | Buffer;
}

/** Files by absolute path. A directory has to be named before what is in it, unless the image has it. */
export type Files = Readonly<Record<string, FileEntry>>;

/** The archive that the engine unpacks into a container: ustar, one header of 512 bytes before each file. */
export function tarOf(files: Files): Buffer {
  const blocks = Object.entries(files).flatMap(([path, entry]) => entryBlocks(path, entry));
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

const BLOCK = 512;

function entryBlocks(path: string, entry: FileEntry): Buffer[] {
  const file = typeof entry === 'string' ? { text: entry } : entry;
  const owner = { uid: file.uid ?? 0, gid: file.gid ?? file.uid ?? 0 };
  if ('directory' in file) return [header(path, { ...owner, mode: file.mode ?? 0o755, size: 0, type: '5', link: '' })];
  if ('linkTo' in file) return [header(path, { ...owner, mode: 0o777, size: 0, type: '2', link: file.linkTo })];
  const body = Buffer.from(file.text);
  const padding = Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK);
  return [header(path, { ...owner, mode: file.mode ?? 0o644, size: body.length, type: '0', link: '' }), body, padding];
}

interface Header {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly type: '0' | '2' | '5';
  readonly link: string;
}

function header(path: string, { mode, uid, gid, size, type, link }: Header): Buffer {
  const name = Buffer.from(bytesOf(path.replace(/^\/+/, '')), 'latin1');
  if (name.length > 99 || link.length > 99) throw new Error(`the name is too long for the archive: ${path}`);
  const block = Buffer.alloc(BLOCK);
  name.copy(block);
  block.write(octal(mode, 7), 100);
  block.write(octal(uid, 7), 108);
  block.write(octal(gid, 7), 116);
  block.write(octal(size, 11), 124);
  block.write(octal(0, 11), 136);
  block.write(' '.repeat(8), 148);
  block.write(type, 156);
  block.write(link, 157);
  block.write('ustar\x0000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\0 `, 148);
  return block;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}
