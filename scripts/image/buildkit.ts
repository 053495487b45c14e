import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { buildEnvironment, dockerClient, imageId } from '../lib/engine.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import { paths } from '../lib/workspace.ts';

export interface ImageBuild {
  readonly tag: string;
  readonly context: string;
  readonly dockerfile: string;
  readonly args?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** The command that repeats the build. */
  readonly repeat: string;
}

/**
 * Builds one image with BuildKit. Throws what a failure means; all of its output is in dist/logs/<name of the
 * image>.log.
 */
export async function buildImage(build: ImageBuild, report: (line: string) => void): Promise<void> {
  const { tag, context, dockerfile, args = {}, labels = {}, repeat } = build;
  const options = [
    ...['--tag', tag, '--file', dockerfile],
    ...Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    ...Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
  ];
  const log = join(paths.logs, `${tag.split(':')[0]}.log`);
  await rm(log, { force: true });
  await runBuildKit({
    command: [dockerClient(), 'build', ...options, context],
    env: buildEnvironment,
    about: { name: tag, log, repeat: () => repeat },
    report,
  });
}

/** The id of an image that was built a moment ago. */
export async function builtId(tag: string): Promise<string> {
  const id = await imageId(tag);
  if (id) return id;
  throw new Error(
    `${tag} was built, and the engine does not have it: does the docker client build somewhere else (docker buildx ls)?`,
  );
}

export interface BuildKitRun {
  /** `docker build` or `buildx bake`, with all its words. */
  readonly command: readonly [string, ...string[]];
  readonly folder?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly about: AboutBuild;
  readonly aborted?: AbortSignal;
  /** Gets each line that BuildKit prints. */
  readonly report: (line: string) => void;
}

/** Facts that the reader of a failure gets beside what BuildKit said. */
export interface AboutBuild {
  /** The name of what is built, for a failure outside any stage. */
  readonly name: string;
  /** The file with all that was printed; added to. */
  readonly log: string;
  /** The command that repeats the build, of one module where it is known which. */
  readonly repeat: (module?: string) => string;
}

/**
 * Runs a build and lets BuildKit speak for itself, plainly also on a terminal: the steps that it draws there cannot be
 * kept in a log. When `aborted` fires, the build is ended and waited for, so that nothing writes any more when this
 * returns.
 */
export async function runBuildKit({ command, folder, env, about, aborted, report }: BuildKitRun): Promise<void> {
  const [program, ...words] = command;
  await mkdir(dirname(about.log), { recursive: true });
  const output = ['pipe', { file: about.log, append: true }] as const;
  const child = execa(program, words, {
    ...(folder !== undefined && { cwd: folder }),
    env: { ...env, BUILDKIT_PROGRESS: 'plain' },
    stdin: 'ignore',
    stdout: output,
    stderr: output,
    all: true,
    lines: true,
    reject: false,
    ...(aborted !== undefined && { cancelSignal: aborted }),
    forceKillAfterDelay: 20_000,
  });
  for await (const line of child.iterable({ from: 'all' })) report(line);
  const { exitCode, all, shortMessage } = await child;
  aborted?.throwIfAborted();
  if (exitCode === 0) return;
  // It was killed, or cannot be run: nothing else says so.
  if (exitCode === undefined) report(shortMessage ?? '');
  throw buildKitProblem(all, about);
}

/**
 * The problem that the plain output of a failed build tells of. The output ends with the last lines of the step that
 * failed, so they are not repeated.
 */
export function buildKitProblem(lines: readonly string[], { name, log, repeat }: AboutBuild): PipelineError {
  const step = failedStep(lines);
  const stage = /^\[(?:[^\]]* )?([^\] ]+) +\d+\/\d+\]/.exec(step?.title ?? '')?.[1];
  const module = /^(?:module|check)-(.+)$/.exec(stage ?? '')?.[1];
  const where = stage ?? name;
  const details = `  the whole log: ${log}\n  to repeat it: ${repeat(module)}`;
  const said = (step?.lines ?? lines).join('\n');
  if (/no space left on device|disk quota exceeded/i.test(said))
    return new PipelineError('VP904', 'the build ran out of disk space', { where, details });
  if (/cannot connect to the docker daemon|is the docker daemon running|failed to connect to the docker/i.test(said))
    return new PipelineError('VP903', 'the engine did not answer', { where, details });
  if (/cache export is not supported/i.test(said))
    return new PipelineError('VP650', 'the builder writes no caches', { where, details });
  if (step === undefined || step.title.startsWith('[internal]'))
    return new PipelineError('VP310', 'the build ended before its first step', { where, details });
  if (/exec format error/i.test(said))
    return new PipelineError('VP311', 'a program of the platform cannot be run here', { where, details });
  const wanted = module === undefined ? undefined : step.lines.find((line) => noNetwork.test(line));
  if (wanted !== undefined) {
    const what = `the build asks for the network: ${wanted.replace(/^#\d+ [\d.]+ /, '').trim()}`;
    return new PipelineError('VP322', what, { where, details });
  }
  const code = /exit code: (\d+)/.exec(step.lines.at(-1) ?? '')?.[1];
  const refused = refusalsOf(step.lines);
  if (module !== undefined && code === refusal && refused[0] !== undefined) {
    const others = refused.slice(1).map((one) => `  ${one.code} ${one.what}\n`);
    return new PipelineError(refused[0].code, refused[0].what, { where, details: `${others.join('')}${details}` });
  }
  const what = code === undefined ? 'a step failed' : `a step failed with exit code ${code}`;
  return new PipelineError('VP301', what, { where, details });
}

/** EX_NOINPUT: what docker/tools end with where they say themselves what is wrong. */
const refusal = '66';

/** environment.sh gives a build a proxy that does not exist: who asks for the network names it, or says that (curl). */
const noNetwork = /no-network-in-a-build\.invalid|resolve proxy/i;

type Refusal = 'VP302' | 'VP303' | 'VP304' | 'VP305' | 'VP306' | 'VP307' | 'VP321';

/** The lines `<code> <sentence>` of a step that refuses a module: environment.sh, finish.sh and check.sh. */
function refusalsOf(lines: readonly string[]): { readonly code: Refusal; readonly what: string }[] {
  return lines.flatMap((line) => {
    const [, code, what = ''] = /^#\d+ [\d.]+ (VP30[2-7]|VP321) (.*)$/.exec(line) ?? [];
    return code === undefined ? [] : [{ code: code as Refusal, what }];
  });
}

/**
 * Title and lines, the error last, of the step that failed by itself: `#7 [stage 2/3] RUN make`, `#7 0.1 cc main.c`,
 * `#7 ERROR: why`.
 */
function failedStep(
  lines: readonly string[],
): { readonly title: string; readonly lines: readonly string[] } | undefined {
  const end = lines.findIndex((line) => /^#\d+ ERROR: (?!.*context canceled)/.test(line));
  const mark = `${lines[end]?.split(' ')[0]} `;
  const own = lines.slice(0, end + 1).filter((line) => line.startsWith(mark));
  const title = own.find((line) => line.startsWith('[', mark.length)) ?? '';
  return end < 0 ? undefined : { title: title.slice(mark.length), lines: own };
}
