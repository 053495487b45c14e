import { join } from 'node:path';
import { execa } from 'execa';
import { dockerClient } from '../lib/engine.ts';
import { paths } from '../lib/image-paths.ts';
import { currentOwner, ownerLabel } from '../lib/owner.ts';

/** Where things stand inside the container. */
export const BENCH = '/opt/bench';
export const CONF = `${BENCH}/conf`;
export const PROGRAMS = `${BENCH}/programs`;
export const OUTPUT = `${BENCH}/output`;

/** The folders of the host that it sees there. Everything in them is made by the benchmark. */
export const folders = {
  conf: join(paths.root, 'dist/bench/conf'),
  programs: join(paths.root, 'dist/bench/programs'),
  output: join(paths.root, 'dist/bench/output'),
  bundle: join(paths.root, 'dist/bench/bundle.json'),
} as const;

const BUNDLE = '/usr/local/share/valkey-bundle/bundle.json';

export interface ContainerRun {
  readonly rounds: number;
  /** `nothing`: the server that a start becomes ends at once. `real`: it is the server. */
  readonly server: 'nothing' | 'real';
  readonly input: string;
  /** Whether a server of the image runs beside the timer, at the usual port. */
  readonly beside?: boolean;
}

const TIMER = `exec ${BENCH}/timer "$1"`;
const SERVER =
  'bundle-docker-entrypoint valkey-server </dev/null >/dev/null 2>&1 & until valkey-cli ping; do sleep 0.1; done >/dev/null 2>&1';

/** Runs the timer as root in one container of the bench image, so that none of the engine's own time is in what it measures. */
export async function runTimer({ rounds, server, input, beside = false }: ContainerRun): Promise<string> {
  const volumes = [
    `${folders.conf}:${CONF}:ro`,
    `${folders.programs}:${PROGRAMS}:ro`,
    `${folders.output}:${OUTPUT}`,
    ...(server === 'nothing' ? [`${folders.bundle}:${BUNDLE}:ro`] : []),
  ].flatMap((volume) => ['--volume', volume]);
  const own = ['--label', `${ownerLabel}=${currentOwner()}`];
  const run = [
    'run',
    '--rm',
    ...own,
    '--interactive',
    '--network',
    'none',
    '--user',
    '0',
    '--workdir',
    '/data',
    ...volumes,
  ];
  const timer = ['--entrypoint', 'sh', 'valkey-bundle-bench:local', '-c', beside ? `${SERVER}; ${TIMER}` : TIMER];
  const result = await execa(dockerClient(), [...run, ...timer, 'sh', String(rounds)], { input, reject: false });
  if (result.exitCode !== 0)
    throw new Error(`the timer ended with code ${result.exitCode}:\n${result.stderr}`, { cause: result });
  return result.stdout;
}
