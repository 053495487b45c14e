import { PipelineError } from '../problems/pipeline-error.ts';
import type { BakeEvent, Vertex } from './bake-events.ts';
import { stepName } from './build-steps.ts';

export interface FailureContext {
  /** The file with all that was printed. */
  readonly log: string;
  /** The command that repeats the build, of one module where it is known which. */
  readonly repeat: (module?: string) => string;
}

/** How much of a failed step's output is shown. */
const shownLines = 25;

/** The diagnostic of a build that failed: which stage, the last lines of its output, where all of it is, and how to repeat it. */
export function bakeFailure(events: readonly BakeEvent[], { log, repeat }: FailureContext): PipelineError {
  const failed = failedStep(events);
  const messages = events.flatMap((event) => (event.kind === 'message' ? [event.text] : []));
  const output = failed === undefined ? [] : outputOf(events, failed.digest);
  const said = [...messages, failed?.error ?? '', ...output].join('\n');
  const whole = `the whole log: ${log}`;
  if (/no space left on device|disk quota exceeded/i.test(said)) {
    return new PipelineError('VP904', 'the build ran out of disk space', { where: stageOf(failed), details: whole });
  }
  if (/cannot connect to the docker daemon|is the docker daemon running|failed to connect to the docker/i.test(said)) {
    return new PipelineError('VP903', 'the engine did not answer buildx', { details: tail(messages) });
  }
  const stage = stageOf(failed);
  const module = /^module-(.+)$/.exec(stage)?.[1];
  const fix = `read ${log}, then repeat: ${repeat(module)}`;
  if (failed === undefined)
    return new PipelineError('VP310', 'buildx ended with an error', { details: tail(messages), fix });
  const details = `${tail(output.length > 0 ? output : [failed.error ?? ''])}\n${whole}`;
  if (/exec format error/i.test(said)) {
    return new PipelineError('VP311', 'a program of the platform cannot be run here', { where: stage, details });
  }
  if (module !== undefined && exitCodeOf(failed) === noFile) {
    return new PipelineError('VP302', 'the build ended well and left out a file', { where: stage, details });
  }
  return new PipelineError('VP301', `${whatFailed(failed)} failed`, { where: stage, details, fix });
}

/** EX_NOINPUT: what docker/builders end with where a file that the manifest names is missing. */
const noFile = 66;

/** The step that failed by itself: BuildKit cancels those beside it. */
function failedStep(events: readonly BakeEvent[]): Vertex | undefined {
  const failures = events.flatMap((event) =>
    event.kind === 'vertex' && event.vertex.error !== undefined ? [event.vertex] : [],
  );
  return failures.find(({ error = '' }) => !/context canceled/.test(error)) ?? failures[0];
}

function outputOf(events: readonly BakeEvent[], digest: string): string[] {
  return events
    .flatMap((event) => (event.kind === 'log' && event.vertex === digest ? [event.text] : []))
    .join('')
    .split('\n')
    .filter((line) => line.trim() !== '');
}

function stageOf(step: Vertex | undefined): string {
  return (step && stepName(step.name)?.stage) ?? 'buildx';
}

function whatFailed(step: Vertex): string {
  const instruction = stepName(step.name)?.instruction ?? step.name;
  const code = exitCodeOf(step);
  return code === undefined ? instruction : `${instruction} (exit code ${code})`;
}

function exitCodeOf({ error = '' }: Vertex): number | undefined {
  const code = /exit code: (\d+)/.exec(error)?.[1];
  return code === undefined ? undefined : Number(code);
}

function tail(lines: readonly string[]): string {
  return lines
    .slice(-shownLines)
    .map((line) => `  | ${line}`)
    .join('\n');
}
