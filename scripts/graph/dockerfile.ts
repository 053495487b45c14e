/** A mount of a RUN instruction: its words as in `type=bind,source=a,target=/b`. */
export type Mount = Readonly<Record<string, string>>;

/**
 * RUN in its JSON form: no shell reads the words, so nothing in the data of a module needs quoting or can be taken for a command.
 * The mounts stand one a line.
 */
export function run(command: readonly string[], mounts: readonly Mount[] = []): string {
  const words = mounts.map((mount) => `--mount=${Object.entries(mount).map(([name, value]) => `${name}=${value}`)}`);
  return `RUN ${[...words, JSON.stringify(command)].join(' \\\n    ')}`;
}

/** A file of the context that a step reads and no layer keeps. */
export function reads(source: string, target: string): Mount {
  return { type: 'bind', source, target };
}

/** A folder that stays on the machine that builds. The id keeps it apart from those of other projects. */
export function cache(name: string, target: string, sharing: 'shared' | 'locked'): Mount {
  return { type: 'cache', id: `valkey-bundle-${name}`, target, sharing };
}

/** A command in a folder, with variables of its own, which stay out of the image and of other steps. */
export function inFolder(
  folder: string,
  environment: Readonly<Record<string, string>>,
  command: readonly string[],
): string[] {
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return ['env', `--chdir=${folder}`, ...variables, ...command];
}
