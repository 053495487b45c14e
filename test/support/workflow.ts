import { parse } from 'yaml';
import * as z from 'zod';
import { evaluate, filled, type Value, type Values } from './workflow-expression.ts';

/*
 * Plays a workflow file of GitHub's: what stands in it decides what is run, in which order, under which condition and
 * with which variables. A key or an expression that is not known here is an error, so that nothing of a file goes
 * unplayed in silence.
 */

const variables = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({});

const step = z.strictObject({
  name: z.string().optional(),
  id: z.string().optional(),
  if: z.union([z.string(), z.boolean()]).default('success()'),
  uses: z.string().optional(),
  run: z.string().optional(),
  with: variables,
  env: variables,
});

const job = z.strictObject({
  name: z.string().optional(),
  if: z.union([z.string(), z.boolean()]).default('success()'),
  needs: z.union([z.string().transform((one) => [one]), z.array(z.string())]).default([]),
  'runs-on': z.string(),
  'timeout-minutes': z.number(),
  permissions: z.record(z.string(), z.string()).default({}),
  outputs: variables,
  env: variables,
  environment: z.string().optional(),
  concurrency: z.unknown().optional(),
  strategy: z
    .strictObject({
      'fail-fast': z.boolean(),
      matrix: z.union([z.string(), z.record(z.string(), z.array(z.string()))]),
    })
    .optional(),
  steps: z.array(step),
});

const workflow = z.strictObject({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions: z.strictObject({}),
  env: variables,
  concurrency: z.unknown().optional(),
  jobs: z.record(z.string(), job),
});

type Outputs = Readonly<Record<string, string>>;

/** A job that begins, one for each row of its matrix. */
export interface JobStart {
  readonly id: string;
  readonly title: string;
  readonly runsOn: string;
  readonly permissions: Readonly<Record<string, string>>;
}

/** How a step went, and what it leaves for later ones. `note`: for the report. */
export interface StepResult {
  readonly ok: boolean;
  readonly outputs: Outputs;
  readonly note?: string;
}

/** The machine of one job. */
export interface Machine {
  run(command: string, env: Outputs): Promise<StepResult>;
  /** `action`: owner/name without its commit. Throws for one that it does not know. */
  uses(action: string, given: Outputs, env: Outputs): Promise<StepResult>;
  close(): Promise<void>;
}

export interface Event {
  /** The contexts `github`, `inputs` and `vars`. What `github` lacks is refused; `github.event` may lack anything. */
  readonly contexts: { readonly github: Values; readonly inputs: Values; readonly vars: Values };
  /** Null: a job that is not played, and counts as done. */
  open(job: JobStart): Promise<Machine | null>;
  /** Told of each job that has ended. */
  ended(job: PlayedJob): void;
}

type Outcome = 'success' | 'failure' | 'skipped' | 'not played';

export interface PlayedStep {
  readonly what: string;
  readonly kind: 'run' | 'uses';
  readonly outcome: Outcome;
  readonly seconds: number;
  readonly note: string;
}

export interface PlayedJob {
  readonly id: string;
  readonly title: string;
  readonly outcome: Outcome;
  readonly steps: readonly PlayedStep[];
}

/** Plays all jobs of a workflow, one after the other; those that need others come after them. */
export async function playWorkflow(text: string, event: Event): Promise<PlayedJob[]> {
  const { on, env, jobs } = workflow.parse(parse(text));
  const { github } = event.contexts;
  if (!(String(github['event_name']) in on)) throw new Error(`the workflow does not start on ${github['event_name']}`);
  const played: PlayedJob[] = [];
  const end = (job: PlayedJob): void => {
    played.push(job);
    event.ended(job);
  };
  const ended: Record<string, { result: Outcome; outputs: Outputs }> = {};
  const waiting = new Map(Object.entries(jobs));
  while (waiting.size > 0) {
    const next = [...waiting].find(([, { needs }]) => needs.every((id) => id in ended));
    if (next === undefined) throw new Error(`jobs that wait for each other: ${[...waiting.keys()].join(', ')}`);
    const [id, wish] = next;
    waiting.delete(id);
    const needs = Object.fromEntries(wish.needs.map((name) => [name, ended[name] ?? null]));
    const well = wish.needs.every((name) => ['success', 'not played'].includes(ended[name]?.result ?? ''));
    const contexts = { ...event.contexts, needs };
    const rows = holds(wish.if, { contexts, well }) ? rowsOf(wish, contexts) : [];
    const outcomes: Outcome[] = [];
    let outputs: Outputs = {};
    for (const matrix of rows) {
      const one = await playJob(id, wish, event, env, { ...contexts, matrix });
      end(one.played);
      outcomes.push(one.played.outcome);
      outputs = { ...outputs, ...one.outputs };
    }
    if (rows.length === 0) end({ id, title: id, outcome: 'skipped', steps: [] });
    ended[id] = { result: worst(rows.length === 0 ? ['skipped'] : outcomes), outputs };
  }
  return played;
}

/** `well`: nothing before it has failed. */
interface Scope {
  readonly contexts: Values;
  readonly well: boolean;
}

function worst(outcomes: readonly Outcome[]): Outcome {
  const order: readonly Outcome[] = ['failure', 'skipped', 'success'];
  return order.find((outcome) => outcomes.includes(outcome)) ?? 'not played';
}

/** A condition without a word about the status holds only where nothing has failed. */
function holds(condition: string | boolean, { contexts, well }: Scope): boolean {
  const text = String(condition).replace(/^\$\{\{(.*)\}\}$/s, '$1');
  const saysWhen = /\b(always|failure|success|cancelled)\(\)/.test(text);
  return (saysWhen || well) && Boolean(evaluate(text, contexts, well));
}

function rowsOf({ strategy }: z.infer<typeof job>, contexts: Values): Values[] {
  if (strategy === undefined) return [{}];
  const { matrix } = strategy;
  const read = typeof matrix === 'string' ? filled(matrix, contexts, true) : matrix;
  const { include, ...axes } = z.record(z.string(), z.array(z.unknown())).parse(read);
  const crossed = Object.entries(axes).reduce<Values[]>(
    (rows, [name, values]) => rows.flatMap((row) => values.map((value) => ({ ...row, [name]: value as Value }))),
    [{}],
  );
  return include === undefined ? crossed : include.map((row) => z.record(z.string(), z.json()).parse(row));
}

async function playJob(
  id: string,
  wish: z.infer<typeof job>,
  event: Event,
  workflowEnv: z.infer<typeof variables>,
  contexts: Values,
): Promise<{ played: PlayedJob; outputs: Outputs }> {
  const fill = (given: z.infer<typeof variables>, within: Values): Outputs =>
    Object.fromEntries(Object.entries(given).map(([name, text]) => [name, show(filled(String(text), within, true))]));
  const title = wish.name === undefined ? id : show(filled(wish.name, contexts, true));
  const runsOn = show(filled(wish['runs-on'], contexts, true));
  const steps: PlayedStep[] = [];
  const machine = await event.open({ id, title, runsOn, permissions: wish.permissions });
  if (machine === null) return { played: { id, title, outcome: 'not played', steps }, outputs: {} };
  const results: Record<string, { outputs: Outputs; outcome: string }> = {};
  let well = true;
  try {
    const jobEnv = { ...fill(workflowEnv, contexts), ...fill(wish.env, contexts) };
    for (const one of wish.steps) {
      const within = { ...contexts, steps: results };
      const what = one.run?.trim() ?? one.uses ?? '';
      const kind = one.run === undefined ? 'uses' : 'run';
      if (!holds(one.if, { contexts: within, well })) {
        steps.push({ what, kind, outcome: 'skipped', seconds: 0, note: '' });
        continue;
      }
      const began = performance.now();
      const env = { ...jobEnv, ...fill(one.env, within) };
      const {
        ok,
        outputs,
        note = '',
      } = one.run === undefined
        ? await machine.uses(what.replace(/@.*$/, ''), fill(one.with, within), env)
        : await machine.run(one.run, env);
      const outcome = ok ? 'success' : 'failure';
      if (one.id !== undefined) results[one.id] = { outputs, outcome };
      steps.push({ what, kind, outcome, seconds: (performance.now() - began) / 1000, note });
      well &&= ok;
    }
  } finally {
    await machine.close();
  }
  const played: PlayedJob = { id, title, outcome: well ? 'success' : 'failure', steps };
  return { played, outputs: fill(wish.outputs, { ...contexts, steps: results }) };
}

/** A value as GitHub writes it into a text. */
function show(value: Value): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
