import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { PipelineError } from '../problems/pipeline-error.ts';
import { buildEnvironment, dockerClient } from './engine.ts';

export interface ImageBuild {
  readonly tag: string;
  readonly context: string;
  readonly dockerfile: string;
  readonly args?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

/** How much of a failed build's output is shown: enough for the failing command and what it printed. */
const shownLines = 40;

/** Builds one image with BuildKit, reporting each step as it starts. Throws with the end of the build's output. */
export async function buildImage(build: ImageBuild, report: (line: string) => void): Promise<void> {
  const child = execa(dockerClient(), buildArguments(build), {
    env: buildEnvironment,
    all: true,
    buffer: false,
    reject: false,
    stdin: 'ignore',
  });
  const lines: string[] = [];
  const stepOf = stepReader();
  for await (const line of createInterface({ input: child.all })) {
    lines.push(line);
    const step = stepOf(line);
    if (step) report(step);
  }
  const result = await child;
  if (result.exitCode === 0) return;
  const full = lines.some((line) => /no space left on device/i.test(line));
  const why = result.exitCode === undefined ? result.originalMessage : `exit code ${result.exitCode}`;
  throw new PipelineError(full ? 'VP904' : 'VP301', `building ${build.tag} failed (${why})`, {
    where: build.dockerfile,
    details: lines.slice(-shownLines).join('\n'),
    cause: result,
  });
}

function buildArguments({ tag, context, dockerfile, args = {}, labels = {} }: ImageBuild): string[] {
  return [
    'build',
    '--progress=plain',
    ...['--tag', tag, '--file', dockerfile],
    ...Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    ...Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
    context,
  ];
}

/**
 * Gives the title of a step once it turns out to be work: `#7 [stage 2/4] RUN make` is followed by `#7 CACHED` if it is not.
 * BuildKit's own chores and the base are not steps.
 */
function stepReader(): (line: string) => string | undefined {
  const announced = new Map<string, string>();
  return (line) => {
    const [, number = '', rest = ''] = /^#(\d+) (.*)$/.exec(line) ?? [];
    if (/^\[(?!internal\]).* (?!FROM )[A-Z]+ /.test(rest)) {
      announced.set(number, rest);
      return undefined;
    }
    // Docker 20.10 names the step's digest first.
    if (rest.startsWith('sha256:')) return undefined;
    const title = rest === 'CACHED' ? undefined : announced.get(number);
    announced.delete(number);
    return title;
  };
}
