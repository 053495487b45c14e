import { randomBytes } from 'node:crypto';
import type Docker from 'dockerode';
import { execIn, ignoreGone, removeNetwork } from '../lib/engine.ts';
import { ownLabel } from '../lib/owner.ts';
import { CheckFailed, type Recorder } from './report.ts';
import type { Subject } from './subject.ts';

/** All that a group of checks works with. */
export interface Lab {
  readonly subject: Subject;
  readonly containers: Containers;
  readonly recorder: Recorder;
}

/** Checks that share a container. A group records what it finds; it throws only if the verb was aborted. */
export type Group = (lab: Lab) => Promise<void>;

/** How a container is to run. All else is the image's own; without a network it has only its loopback. */
export interface ContainerWish {
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly user?: string;
  readonly readOnly?: boolean;
  readonly tmpfs?: Readonly<Record<string, string>>;
  /** Asks the image's own health check this often. */
  readonly healthEveryMs?: number;
  readonly network?: string;
  /** Its name on that network. */
  readonly hostname?: string;
}

/** The containers and networks of one run; nothing else is ever touched. */
export interface Containers {
  create(wish: ContainerWish): Promise<Docker.Container>;
  createNetwork(): Promise<string>;
  remove(container: Docker.Container): Promise<void>;
  /** Removes all that is left, by id; waits for those that are just being made. */
  removeAll(): Promise<void>;
}

export function openContainers(docker: Docker, image: string, aborted: AbortSignal): Containers {
  const run = `valkey-bundle-verify-${randomBytes(4).toString('hex')}`;
  const open = new Set<Docker.Container>();
  const networks = new Set<Docker.Network>();
  const coming = new Set<Promise<unknown>>();
  let count = 0;

  /** Whoever removes everything has to know of what the engine is about to give. */
  async function keep<T>(making: Promise<T>, among: Set<T>): Promise<T> {
    const kept = making.then((made) => void among.add(made));
    coming.add(kept);
    try {
      await kept;
      aborted.throwIfAborted();
      return await making;
    } finally {
      coming.delete(kept);
    }
  }
  const remove = async (container: Docker.Container): Promise<void> => {
    await container.remove({ force: true, v: true }).catch(ignoreGone);
    open.delete(container);
  };
  return {
    create(wish) {
      aborted.throwIfAborted();
      count += 1;
      return keep(docker.createContainer(optionsOf(image, `${run}-${count}`, wish)), open);
    },
    async createNetwork() {
      aborted.throwIfAborted();
      await keep(docker.createNetwork({ Name: run, Labels: ownLabel() }), networks);
      return run;
    },
    remove,
    async removeAll() {
      await Promise.allSettled(coming);
      await Promise.all([...open].map(remove));
      await Promise.all([...networks].map((network) => removeNetwork(network).catch(ignoreGone)));
    },
  };
}

function optionsOf(image: string, name: string, wish: ContainerWish): Docker.ContainerCreateOptions {
  const { entrypoint, command, env = {}, user, readOnly = false, tmpfs = {} } = wish;
  const { healthEveryMs, network = 'none', hostname } = wish;
  const options: Docker.ContainerCreateOptions = {
    name,
    Image: image,
    Labels: ownLabel(),
    Env: Object.entries(env).map(([variable, value]) => `${variable}=${value}`),
    HostConfig: { ReadonlyRootfs: readOnly, Tmpfs: { ...tmpfs }, NetworkMode: network },
  };
  if (entrypoint !== undefined) options.Entrypoint = [...entrypoint];
  if (command !== undefined) options.Cmd = [...command];
  if (user !== undefined) options.User = user;
  if (hostname !== undefined) {
    options.Hostname = hostname;
    options.NetworkingConfig = { EndpointsConfig: { [network]: { Aliases: [hostname] } } };
  }
  if (healthEveryMs !== undefined) options.Healthcheck = { Interval: healthEveryMs * 1_000_000 };
  return options;
}

/** Gives what a command in the container printed; CheckFailed if it failed. */
export async function readInside(
  container: Docker.Container,
  command: readonly string[],
  user?: string,
): Promise<string> {
  const { exitCode, stdout, stderr } = await execIn(container, command, user);
  if (exitCode === 0) return stdout;
  throw new CheckFailed(`\`${command.join(' ')}\` ended with ${exitCode}: ${(stderr || stdout).trim()}`);
}
