import * as z from 'zod';
import type { BakeEvent, Vertex } from './bake-events.ts';

/** What became of one step of a stage. */
const buildStep = z.strictObject({
  stage: z.string(),
  /** The instruction, without its mounts. */
  instruction: z.string(),
  result: z.enum(['executed', 'cached', 'failed', 'not run']),
  seconds: z.number(),
});

/** build-record.json and assembly-record.json: which steps the last build or assembly of a line executed, and which BuildKit had. */
export const buildSteps = z.strictObject({
  started: z.string(),
  /** Targets that were asked of buildx; what was there already was not asked for. */
  targets: z.array(z.string()),
  upToDate: z.array(z.string()),
  steps: z.array(buildStep),
});

export type BuildStep = z.infer<typeof buildStep>;
export type BuildSteps = z.infer<typeof buildSteps>;

/**
 * What became of every step, in the order in which they began: BuildKit announces those of several targets in any. Those that did not begin
 * come last. A step that two targets share is told once for each: executed for the one that came first, and cached for the other.
 * BuildKit's own chores are no steps. In a run that was `interrupted` no step failed: what was under way was ended, and its last word,
 * whatever it is, may be that of a killed process.
 */
export function stepsOf(events: readonly BakeEvent[], interrupted = false): BuildStep[] {
  const told = new Map<string, Vertex>();
  // The target that comes to a shared step second may tell it again, with a begin of its own.
  const begun = new Map<string, number>();
  for (const event of events) {
    if (event.kind !== 'vertex') continue;
    const { vertex } = event;
    const known = told.get(vertex.digest);
    begun.set(vertex.digest, Math.min(begun.get(vertex.digest) ?? Number.MAX_VALUE, beginOf(vertex)));
    if (known === undefined || !isToldAgain(vertex, known)) told.set(vertex.digest, vertex);
  }
  const beganAt = ({ digest }: Vertex): number => begun.get(digest) ?? Number.MAX_VALUE;
  const inOrder = [...told.values()].sort((one, other) => beganAt(one) - beganAt(other));
  return inOrder.flatMap((vertex) => {
    const named = stepName(vertex.name);
    if (named === undefined) return [];
    const result = resultOf(vertex);
    return [{ ...named, result: interrupted && result === 'failed' ? 'not run' : result, seconds: secondsOf(vertex) }];
  });
}

/**
 * Stage and instruction of a step such as `[search-amd64 module-search 2/4] RUN ... ["env", ...]`: the target stands first where several
 * are built. `undefined` for `[internal] load build context` and the like.
 */
export function stepName(name: string): { stage: string; instruction: string } | undefined {
  const [, stage, instruction] = /^\[(?:[^\]]* )?([^\] ]+) +\d+\/\d+\] (.*)$/s.exec(name) ?? [];
  if (stage === undefined || instruction === undefined) return undefined;
  return { stage, instruction: withoutSettings(instruction) };
}

/** `RUN --mount=... ["env","A=b","sh","/build/make.sh","all"]` is `RUN /build/make.sh all` for a reader. */
function withoutSettings(instruction: string): string {
  const plain = instruction.replaceAll(/--mount=\S+\s+/g, '');
  const [, words] = /^RUN (\[.*\])$/s.exec(plain) ?? [];
  const command = words === undefined ? undefined : parseWords(words);
  if (command === undefined) return plain;
  const first = command.findIndex((word) => word.startsWith('/build/'));
  return `RUN ${command.slice(Math.max(first, 0)).join(' ')}`;
}

function parseWords(words: string): string[] | undefined {
  try {
    return z.array(z.string()).parse(JSON.parse(words));
  } catch {
    return undefined;
  }
}

/** Whether it only says less of a step that another target has come to. Of errors the last word counts: an interrupted step fails first. */
function isToldAgain(vertex: Vertex, known: Vertex): boolean {
  if (vertex.error !== undefined || known.error !== undefined) return false;
  return fromLeastTold.indexOf(resultOf(vertex)) < fromLeastTold.indexOf(resultOf(known));
}

const fromLeastTold: readonly BuildStep['result'][] = ['not run', 'cached', 'executed'];

function resultOf({ cached, error, started, completed }: Vertex): BuildStep['result'] {
  // Where one step fails, BuildKit cancels those beside it.
  if (error !== undefined) return /context canceled/.test(error) ? 'not run' : 'failed';
  if (cached) return 'cached';
  return started !== undefined && completed !== undefined ? 'executed' : 'not run';
}

function beginOf({ started }: Vertex): number {
  return started === undefined ? Number.MAX_VALUE : Date.parse(started);
}

function secondsOf({ started, completed }: Vertex): number {
  if (started === undefined || completed === undefined) return 0;
  return Math.round((Date.parse(completed) - Date.parse(started)) / 10) / 100;
}
