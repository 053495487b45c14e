import type Docker from 'dockerode';
import * as z from 'zod';
import { engineStatus } from '../lib/engine.ts';
import type { EarlierContainer } from './decision.ts';
import type { ConfFile, EnvironmentVariable } from './options.ts';
import { StartError } from './start-error.ts';

/** The names of what `npm start` makes; `npm stop` finds it by these alone. */
export const CONTAINER_NAME = 'valkey-bundle';
export const VOLUME_NAME = 'valkey-bundle-data';

/** Set to `1` on everything that is ours: a container of the same name without it belongs to somebody else. */
const OWNER_LABEL = 'valkey-bundle.start';
/** JSON list of the names given by `-e`: the values are in the container's environment, among the image's. */
const ENV_LABEL = 'valkey-bundle.start.env';
/** SHA-256 of the file given by `--conf`, or empty. */
const CONF_LABEL = 'valkey-bundle.start.conf';

export const SERVER_PORT = 6379;
const DATA_DIRECTORY = '/data';
const CONF_IN_CONTAINER = '/etc/valkey/valkey.conf';
export const BUNDLE_FILE_IN_IMAGE = '/usr/local/share/valkey-bundle/bundle.json';

const PORT_KEY = `${SERVER_PORT}/tcp`;
/** A server with much data needs more than docker's ten seconds to save it. */
const STOP_SECONDS = 60;

const ALREADY_STOPPED = 304;
const GONE = 404;
/** Its name is taken, or somebody else is removing it. */
const CONFLICT = 409;

/** The container of an earlier `npm start`, or null. A stranger of that name is an error: it is not ours to stop. */
export async function findEarlier(docker: Docker): Promise<EarlierContainer | null> {
  const container = docker.getContainer(CONTAINER_NAME);
  const info = await container.inspect().catch((error: unknown) => {
    if (engineStatus(error) === GONE) return null;
    throw error;
  });
  if (info === null) return null;
  const labels = info.Config.Labels;
  if (labels[OWNER_LABEL] !== '1') {
    throw new StartError(
      `there is a container ${CONTAINER_NAME} (image ${info.Config.Image}, ${info.State.Status}) that npm start did not make`,
      {
        fix: `Give it another name (docker rename ${CONTAINER_NAME} OTHER) or remove it (docker rm -f ${CONTAINER_NAME}).`,
      },
    );
  }
  const confHash = labels[CONF_LABEL] ?? '';
  const bound = info.HostConfig.PortBindings?.[PORT_KEY];
  return {
    id: info.Id,
    status: info.State.Status,
    exitCode: info.State.ExitCode,
    imageId: info.Image,
    environment: givenEnvironment(labels[ENV_LABEL], info.Config.Env),
    confHash: confHash === '' ? null : confHash,
    confPath: info.Mounts.find(({ Destination }) => Destination === CONF_IN_CONTAINER)?.Source ?? null,
    port: readPort(bound),
  };
}

/** The variables that `-e` gave, picked from the container's environment, where the image's stand, too. */
function givenEnvironment(label: string | undefined, all: readonly string[]): EnvironmentVariable[] {
  const names = z.array(z.string()).parse(JSON.parse(label ?? '[]'));
  return names.map((name) => {
    const line = all.find((entry) => entry.startsWith(`${name}=`));
    return { name, value: line?.slice(name.length + 1) ?? '' };
  });
}

const portBindings = z.array(z.object({ HostPort: z.string() }));

function readPort(bound: unknown): number | null {
  const [first] = portBindings.safeParse(bound).data ?? [];
  return first === undefined ? null : Number(first.HostPort);
}

/** The container, other than ours, that publishes a port of this machine, or null. */
export async function portHolder(docker: Docker, port: number): Promise<{ name: string; image: string } | null> {
  const running = await docker.listContainers();
  const holder = running.find(({ Ports }) => Ports.some(({ PublicPort }) => PublicPort === port));
  return holder === undefined ? null : { name: holder.Names[0]?.replace(/^\//, '') ?? holder.Id, image: holder.Image };
}

export type Started = Readonly<{ container: Docker.Container; port: number }>;

/** Makes the container and starts it. On a port that was taken meanwhile it leaves nothing behind and gives null. */
export async function startContainer(
  docker: Docker,
  wish: ContainerWish,
  port: number,
): Promise<Docker.Container | null> {
  const labels = { [OWNER_LABEL]: '1' };
  await docker.createVolume({ Name: VOLUME_NAME, Labels: labels });
  const command = containerCommand(wish);
  const inputs = containerInputs(wish, [{ Type: 'volume', Source: VOLUME_NAME, Target: DATA_DIRECTORY }]);
  const container = await docker
    .createContainer({
      name: CONTAINER_NAME,
      Image: wish.image,
      ...(command === undefined ? {} : { Cmd: command }),
      Env: inputs.Env,
      Labels: {
        ...labels,
        [ENV_LABEL]: JSON.stringify(wish.environment.map(({ name }) => name)),
        [CONF_LABEL]: wish.conf?.hash ?? '',
      },
      ExposedPorts: { [PORT_KEY]: {} },
      HostConfig: {
        ...inputs.HostConfig,
        PortBindings: { [PORT_KEY]: [{ HostIp: '127.0.0.1', HostPort: String(port) }] },
      },
    })
    .catch((error: unknown) => {
      if (engineStatus(error) !== CONFLICT) throw error;
      throw new StartError(`another npm start has just made the container ${CONTAINER_NAME}`, {
        fix: 'Run npm start again: it shows that one.',
        cause: error,
      });
    });
  try {
    await container.start();
    return container;
  } catch (error) {
    await container.remove({ force: true });
    if (error instanceof Error && /port is already allocated|address already in use/i.test(error.message)) return null;
    throw error;
  }
}

/** Stops it as `docker stop` does, so that the server saves. One that has ended already is no error. */
export async function stopContainer(container: Docker.Container): Promise<void> {
  const { State } = await container.inspect();
  // A paused process cannot take the signal.
  if (State.Paused) await container.unpause();
  if (!State.Running) return;
  await container.stop({ t: STOP_SECONDS }).catch((error: unknown) => {
    if (engineStatus(error) !== ALREADY_STOPPED) throw error;
  });
}

/** Stops it gracefully and removes it; the volume stays. One that is gone is no error. */
export async function stopAndRemove(docker: Docker, id: string): Promise<void> {
  const container = docker.getContainer(id);
  try {
    await stopContainer(container);
    await container.remove({ force: true });
  } catch (error) {
    const status = engineStatus(error);
    if (status !== GONE && status !== CONFLICT) throw error;
  }
}

export async function volumeExists(docker: Docker): Promise<boolean> {
  return docker
    .getVolume(VOLUME_NAME)
    .inspect()
    .then(
      () => true,
      (error: unknown) => {
        if (engineStatus(error) === GONE) return false;
        throw error;
      },
    );
}

/** All that decides how the server starts. */
export type ContainerWish = Readonly<{
  image: string;
  environment: readonly EnvironmentVariable[];
  conf: ConfFile | null;
}>;

/** The container's command, or undefined for that of the image. */
export function containerCommand({ conf }: ContainerWish): string[] | undefined {
  return conf === null ? undefined : ['valkey-server', CONF_IN_CONTAINER];
}

/** The variables and the file, as the engine takes them, with the mounts that come on top. */
export function containerInputs({ environment, conf }: ContainerWish, mounts: Docker.MountConfig = []) {
  const file = { Type: 'bind', Source: conf?.path ?? '', Target: CONF_IN_CONTAINER, ReadOnly: true } as const;
  return {
    Env: environment.map(({ name, value }) => `${name}=${value}`),
    HostConfig: { Mounts: conf === null ? mounts : [...mounts, file] },
  };
}
