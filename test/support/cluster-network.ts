import { randomUUID } from 'node:crypto';
import type Docker from 'dockerode';
import { afterAll } from 'vitest';
import { execIn, outputOf, type Ran, removeNetwork } from '../../scripts/lib/engine.ts';
import { type Files, tarOf } from './docker-container.ts';
import { createNetwork, engine, images, label, requireImage } from './docker-engine.ts';
import { until } from './until.ts';

/** How a node is to run. What is not said: cluster mode, a short node timeout, its name announced, its data on a volume that stays. */
interface NodeWish {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly entrypoint?: readonly string[];
  /** The last number of its address; the next free one unless said. */
  readonly host?: number;
  /** Data in memory: faster, and gone with the container. */
  readonly inMemory?: boolean;
  readonly files?: Files;
  /** The engine's init process becomes process 1. */
  readonly init?: boolean;
  /** The container whose processes it shares. */
  readonly processes?: Docker.Container;
}

/** A container of a node, which others know by its name. */
export interface ClusterNode {
  readonly name: string;
  readonly ip: string;
  readonly docker: Docker.Container;
  /** Output of valkey-cli in the container. */
  cli(...command: string[]): Promise<string>;
  exec(...command: string[]): Promise<Ran>;
  log(): Promise<string>;
  /** Kills the server and removes the container: its data stays, its address is free. */
  remove(): Promise<void>;
  /** After that: a new container with the same data, another address or another way to run. */
  again(wish: NodeWish): Promise<ClusterNode>;
}

/** A network of one test file, with the nodes on it. */
export interface ClusterNetwork {
  node(name: string, wish?: NodeWish): Promise<ClusterNode>;
  /** Runs the tool in a container of the network, as a Job would. */
  tool(...args: string[]): Promise<Ran>;
  /** The same with an environment. */
  toolWith(env: Readonly<Record<string, string>>, ...args: string[]): Promise<Ran>;
  /** Starts it without waiting for its end: process 1 of a container, which can be killed. */
  job(...args: string[]): Promise<Docker.Container>;
}

const CLUSTER = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1500', '--appendonly', 'yes'];

/** Call it once at the top of a test file: network, containers and volumes are gone when the file ends. */
export function useClusterNetwork(): ClusterNetwork {
  const run = `valkey-bundle-test-${randomUUID().slice(0, 8)}`;
  const containers = new Set<Docker.Container>();
  const volumes = new Set<string>();
  const places = new Map<string, number>();
  let network: ReturnType<typeof createNetwork> | null = null;
  let client: Promise<Docker.Container> | null = null;

  afterAll(async () => {
    await Promise.all([...containers].map((container) => container.remove({ force: true, v: true }).catch(() => {})));
    await Promise.all([...volumes].map((name) => engine.getVolume(name).remove()));
    if (network !== null) await removeNetwork((await network).docker);
  });

  const make = async (
    name: string,
    options: Docker.ContainerCreateOptions,
    { ip, files }: { readonly ip?: string; readonly files?: Files } = {},
  ): Promise<Docker.Container> => {
    await requireImage(images.test);
    network ??= createNetwork(run);
    const { docker } = await network;
    const container = await engine.createContainer({
      Image: images.test,
      Labels: label,
      Hostname: name,
      // Its PING would be among the commands that a test counts.
      Healthcheck: { Test: ['NONE'] },
      ...options,
      HostConfig: { NetworkMode: docker.id, ...options.HostConfig },
      NetworkingConfig: {
        EndpointsConfig: {
          [docker.id]: { Aliases: [name], ...(ip === undefined ? {} : { IPAMConfig: { IPv4Address: ip } }) },
        },
      },
    });
    containers.add(container);
    if (files !== undefined) await container.putArchive(tarOf(files), { path: '/' });
    await container.start();
    return container;
  };

  const node = async (name: string, wish: NodeWish = {}): Promise<ClusterNode> => {
    network ??= createNetwork(run);
    const { prefix } = await network;
    const host = wish.host ?? Math.max(9, ...places.values()) + 1;
    places.set(name, host);
    const ip = `${prefix}.${host}`;
    const volume = `${run}-${name}`;
    if (wish.inMemory !== true && !volumes.has(volume)) {
      await engine.createVolume({ Name: volume, Labels: label });
      volumes.add(volume);
    }
    const docker = await make(
      name,
      {
        Cmd: [
          ...(wish.entrypoint === undefined ? ['valkey-server'] : []),
          ...CLUSTER,
          '--cluster-announce-hostname',
          name,
          ...(wish.args ?? []),
        ],
        ...(wish.entrypoint === undefined ? {} : { Entrypoint: [...wish.entrypoint] }),
        Env: Object.entries(wish.env ?? {}).map(([variable, value]) => `${variable}=${value}`),
        HostConfig: {
          ...(wish.inMemory === true ? { Tmpfs: { '/data': 'mode=1777' } } : { Binds: [`${volume}:/data`] }),
          ...(wish.init === true ? { Init: true } : {}),
          ...(wish.processes === undefined ? {} : { PidMode: `container:${wish.processes.id}` }),
        },
      },
      { ip, ...(wish.files === undefined ? {} : { files: wish.files }) },
    );
    return {
      name,
      ip,
      docker,
      exec: (...command) => execIn(docker, command),
      cli: async (...command) => (await execIn(docker, ['valkey-cli', ...command])).stdout.trim(),
      async log() {
        const { stdout, stderr } = await outputOf(docker);
        return `${stderr}${stdout}`;
      },
      async remove() {
        containers.delete(docker);
        await docker.remove({ force: true });
      },
      again: (next) => node(name, { ...wish, ...next }),
    };
  };

  const toolWith = async (env: Readonly<Record<string, string>>, ...args: string[]): Promise<Ran> => {
    client ??= make('client', { Entrypoint: ['sleep', 'infinity'] });
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    return execIn(await client, ['env', ...variables, 'valkey-bundle', ...args]);
  };
  return {
    node,
    toolWith,
    tool: (...args) => toolWith({}, ...args),
    job: (...args) => make(`job-${containers.size}`, { Cmd: ['valkey-bundle', ...args] }),
  };
}

/** `n1:6379,n2:6379`. */
export function named(nodes: readonly ClusterNode[]): string {
  return nodes.map(({ name }) => `${name}:6379`).join();
}

/** Waits until every node says that the cluster's state is `state`. */
export async function untilState(nodes: readonly ClusterNode[], state: 'ok' | 'fail'): Promise<void> {
  await until(
    `the cluster's state is ${state} for ${nodes.map(({ name }) => name).join()}`,
    async () => {
      const infos = await Promise.all(nodes.map((node) => node.cli('CLUSTER', 'INFO')));
      return infos.every((info) => info.includes(`cluster_state:${state}`)) ? true : undefined;
    },
    { everyMs: 100 },
  );
}

/** Waits until every node answers and has loaded its data. */
export async function untilUp(nodes: readonly ClusterNode[]): Promise<void> {
  await until('all nodes answer', async () => {
    const answers = await Promise.all(nodes.map((node) => node.cli('PING')));
    return answers.every((answer) => answer === 'PONG') ? true : undefined;
  });
}
