import type Docker from 'dockerode';
import type { ConfFile } from './conf-file.ts';
import type { EnvironmentVariable } from './environment.ts';
import { CONF_IN_CONTAINER } from './names.ts';

/** What decides how the server starts. */
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
