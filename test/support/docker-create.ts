import type Docker from 'dockerode';
import { engine, images, label, requireImage } from './docker-engine.ts';
import { type Files, tarOf } from './docker-tar.ts';

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
  readonly workingDir?: string;
}

/** Makes a container with its files in place, not started yet. */
export async function createContainer(wish: ContainerWish): Promise<Docker.Container> {
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
