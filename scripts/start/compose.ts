import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { execa } from 'execa';
import { parse, stringify } from 'yaml';
import * as z from 'zod';
import { dockerClient } from '../lib/engine.ts';
import { writeWhole } from '../lib/files.ts';
import { ownerLabel, ownerVariable } from '../lib/owner.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import { ensureCompose } from '../lib/programs.ts';
import { attempt } from '../lib/run.ts';
import { paths } from '../lib/workspace.ts';
import type { StartOptions } from './options.ts';
import type { Progress, Say } from './progress.ts';
import type { Nodes } from './report.ts';
import { chooseFreePort, isFreeOnLoopback, refuseBadStart, refuseTakenPort } from './start-server.ts';

const file = join(paths.root, 'deploy', 'compose', 'compose.yaml');
const projectFile = z.looseObject({
  name: z.string(),
  services: z.record(z.string(), z.unknown()),
  volumes: z.record(z.string(), z.unknown()),
});

/** The node whose port is published. */
const firstNode = 'valkey-0';

/** Variables that the file hands on by itself. */
const handedOn = ['VALKEY_PASSWORD', 'SEARCH_MODULE_ARGS'];

/** An image of ours, and if it can do what the coordinator is for. */
interface NodeImage {
  readonly tag: string;
  readonly hasSearch: boolean;
}

interface NodeStart {
  readonly docker: Docker;
  readonly image: NodeImage;
  readonly options: Pick<StartOptions, 'port' | 'environment'>;
  readonly env: NodeJS.ProcessEnv;
  readonly progress: Progress;
  readonly aborted: AbortSignal;
}

/**
 * The three nodes of deploy/compose with an image, up and joined. Those that run are changed only where something
 * differs. Throws VP643 without docker compose, VP644 where it fails, VP645 where the project's name is taken.
 */
export async function startNodes({ docker, image, options, env, progress, aborted }: NodeStart): Promise<Nodes> {
  const project = await projectName(env);
  const before = await containersOf(docker, project);
  if (options.port !== null && options.port !== publishedPort(before)) await refuseTakenPort(docker, options.port);
  const wish = { image: image.tag, environment: options.environment, conf: null };
  await progress.step('Checking the start', () => refuseBadStart(docker, wish));
  const command = await composeCommand(progress.note);
  const wished = options.port ?? (env['VALKEY_PORT'] || publishedPort(before));
  const port = wished ?? (await chooseFreePort(null, isFreeOnLoopback));
  const given = Object.fromEntries(options.environment.map(({ name, value }) => [name, value]));
  const variables = {
    ...env,
    ...(image.hasSearch ? {} : { SEARCH_MODULE_ARGS: '' }),
    ...given,
    ...{ VALKEY_BUNDLE_IMAGE: image.tag, VALKEY_PORT: String(port) },
  };
  const files = [file, ...(await moreOf(project, Object.keys(given), env[ownerVariable]))];
  const run = (words: readonly string[], say: Say, signal?: AbortSignal) =>
    compose([...command, ...files.flatMap((one) => ['--file', one]), ...words], variables, say, signal);
  try {
    await progress.step('Starting three nodes, and joining them', (say) => run(['up', '--wait'], say, aborted));
  } catch (error) {
    if (aborted.aborted && before.length === 0)
      await progress.step('Removing what was made of them', (say) => run(['down', '--timeout', '5'], say));
    throw error;
  }
  const after = await containersOf(docker, project);
  const first = after.find(({ Labels }) => Labels[serviceLabel] === firstNode);
  const container = first?.Names[0]?.replace(/^\//, '') ?? firstNode;
  return { project, port: publishedPort(after) ?? Number(port), container };
}

function publishedPort(containers: readonly Docker.ContainerInfo[]): number | undefined {
  return containers.flatMap(({ Ports }) => Ports).find(({ PublicPort }) => PublicPort !== undefined)?.PublicPort;
}

/**
 * A second file, where there is more to say: the other variables that `-e` names, by name alone, so that their values
 * stay out of files; and the run that all of it belongs to.
 */
async function moreOf(project: string, names: readonly string[], owner: string | undefined): Promise<string[]> {
  const environment = names.filter((name) => !handedOn.includes(name));
  const labels = owner === undefined ? {} : { labels: { [ownerLabel]: owner } };
  if (environment.length === 0 && owner === undefined) return [];
  const { services, volumes } = await readProject();
  const each = (of: object, what: object) => Object.fromEntries(Object.keys(of).map((name) => [name, what]));
  const more = { services: each(services, { ...labels, environment }), volumes: each(volumes, labels) };
  const path = join(paths.root, 'dist', 'start', `compose-${project}.yaml`);
  await writeWhole(path, stringify({ ...more, networks: { default: labels } }, { aliasDuplicateObjects: false }));
  return [path];
}

/** What `npm stop` finds of the nodes. */
export interface NodesLeft {
  readonly project: string;
  readonly containers: number;
  readonly volumes: readonly string[];
}

/** Looks for the nodes and their data. Throws VP645 for containers of another project of that name. */
export async function findNodes(docker: Docker, env: NodeJS.ProcessEnv): Promise<NodesLeft> {
  const project = await projectName(env);
  const containers = await containersOf(docker, project);
  const { Volumes } = await docker.listVolumes({ filters: { label: [`${projectLabel}=${project}`] } });
  const own = (Volumes ?? []).map(({ Name }) => Name).filter((name) => name.startsWith(`${project}_valkey-`));
  return { project, containers: containers.length, volumes: own.toSorted() };
}

/** Ends the nodes so that they save, and removes them; their volumes only with `data`. */
export async function stopNodes(env: NodeJS.ProcessEnv, data: boolean, progress: Progress): Promise<void> {
  const command = await composeCommand(progress.note);
  const words = ['--file', file, 'down', '--timeout', '60', ...(data ? ['--volumes'] : [])];
  await progress.step('Stopping the three nodes, so that they save their data', (say) =>
    compose([...command, ...words], env, say),
  );
}

/** `docker compose` where the client has it; otherwise Debian's, which also runs by itself. Throws VP643. */
async function composeCommand(report: Say): Promise<[string, ...string[]]> {
  const client = dockerClient();
  const plugin = await attempt`${client} compose version`;
  if (plugin.exitCode === 0) return [client, 'compose'];
  try {
    return [await ensureCompose(() => report('The docker client has no compose: taking it out of the Debian package'))];
  } catch (cause) {
    const details = cause instanceof Error ? cause.message : String(cause);
    throw new PipelineError('VP643', 'the docker client has no compose, and the Debian archive gave none', {
      details: details.replaceAll(/^/gm, '  | '),
      cause,
    });
  }
}

/** Lines of it that a failure shows. */
const SHOWN_LINES = 20;

async function compose(
  [program = '', ...words]: readonly string[],
  env: NodeJS.ProcessEnv,
  say: Say,
  cancelSignal?: AbortSignal,
): Promise<void> {
  const child = execa(program, words, {
    ...{ env: { ...env, COMPOSE_ANSI: 'never', COMPOSE_PROGRESS: 'plain' }, extendEnv: false },
    ...{ stdin: 'ignore', all: true, lines: true, reject: false, forceKillAfterDelay: 20_000 },
    ...(cancelSignal !== undefined && { cancelSignal }),
  });
  for await (const line of child.iterable({ from: 'all' })) say(line.trim());
  const { exitCode, all, shortMessage } = await child;
  cancelSignal?.throwIfAborted();
  if (exitCode === 0) return;
  throw new PipelineError('VP644', `docker compose ended with ${exitCode ?? shortMessage ?? 'no exit code'}`, {
    where: file,
    details: all
      .slice(-SHOWN_LINES)
      .map((line) => `  | ${line}`)
      .join('\n'),
  });
}

async function readProject(): Promise<z.infer<typeof projectFile>> {
  return projectFile.parse(parse(await readFile(file, 'utf8'), { merge: true }));
}

/** As compose itself decides it. */
async function projectName(env: NodeJS.ProcessEnv): Promise<string> {
  return env['COMPOSE_PROJECT_NAME'] || (await readProject()).name;
}

const projectLabel = 'com.docker.compose.project';
const serviceLabel = 'com.docker.compose.service';
/** The files that a container was made by, between commas. */
const filesLabel = 'com.docker.compose.project.config_files';

async function containersOf(docker: Docker, project: string): Promise<Docker.ContainerInfo[]> {
  const found = await docker.listContainers({ all: true, filters: { label: [`${projectLabel}=${project}`] } });
  const alien = found.find(({ Labels }) => !(Labels[filesLabel] ?? '').split(',').includes(file));
  if (alien === undefined) return found;
  throw new PipelineError('VP645', `the project ${project} was made by ${alien.Labels[filesLabel] ?? 'another file'}`, {
    where: alien.Names[0]?.replace(/^\//, '') ?? alien.Id,
  });
}
