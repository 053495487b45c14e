import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { glob } from 'glob';
import { isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import * as z from 'zod';
import manifest from '../package.json' with { type: 'json' };
import { paths } from './lib/image-paths.ts';

/** A broken rule. Line and column count from 1. */
export interface WorkflowProblem {
  readonly rule: 'syntax' | 'pin' | 'permissions' | 'trigger' | 'secret' | 'checkout' | 'command';
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

type Path = readonly (string | number)[];

const step = z.object({
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
});
const job = z.object({
  permissions: z.unknown().optional(),
  uses: z.string().optional(),
  steps: z.array(step).default([]),
});
const workflow = z.object({
  on: z.unknown().optional(),
  permissions: z.unknown().optional(),
  jobs: z.record(z.string(), job),
});

const pinned = /^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/;
const exactTag = /^v\d+\.\d+\.\d+$/;

/** These run the workflow of the default branch, with its rights, on somebody else's commit. */
const foreign = ['pull_request_target', 'workflow_run'];

/** Plain words, and values only as quoted variables: nothing that a shell or an expression could make more of. */
const command =
  /^(?:npm run (?<script>[a-z][a-z:-]*)|npm test|(?:sudo --preserve-env )?\.ci\/run)(?: (?:[\w./:=-]+|"\$[A-Z_]+"))*$/;

/**
 * The rules of a workflow file that actionlint does not have. zizmor has most of those about rights, but runs on GitHub after a push, and a
 * pushed tag starts a release at once. `scripts` are the names that `npm run` knows.
 */
export function checkWorkflow(text: string, scripts: readonly string[]): WorkflowProblem[] {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  const found: WorkflowProblem[] = [];
  const read = workflow.safeParse(document.errors.length > 0 ? undefined : document.toJS());
  if (!read.success) {
    report('syntax', 0, document.errors[0]?.message ?? z.prettifyError(read.error));
    return found;
  }

  const { on, permissions, jobs } = read.data;
  for (const event of foreign.filter((name) => eventsOf(on).includes(name)))
    report('trigger', startOf(['on']), `${event} gives rights to foreign commits: use pull_request, push or schedule`);
  if (!isDeepStrictEqual(permissions, {}))
    report('permissions', startOf(['permissions']), 'the workflow has permissions of its own: write permissions: {}');
  for (const [id, each] of Object.entries(jobs)) checkJob(['jobs', id], each);
  // Keys and prose too: a way of asking for a secret that is overlooked would be worse than a word too many.
  visit(document, {
    Scalar(_key, { value, range }) {
      if (/\bsecrets\b/i.test(String(value)))
        report('secret', range?.[0] ?? 0, 'the workflow takes secrets: use github.token or id-token of the job');
    },
  });
  return found.sort((one, other) => one.line - other.line);

  function checkJob(path: Path, { permissions: own, uses, steps }: z.infer<typeof job>): void {
    if (!(own instanceof Object))
      report('permissions', startOf([...path, 'permissions']), 'the job does not name each scope that it needs');
    if (uses !== undefined) checkPin([...path, 'uses'], uses);
    for (const [index, each] of steps.entries()) {
      const place = [...path, 'steps', index];
      if (each.uses !== undefined) checkPin([...place, 'uses'], each.uses);
      if (each.uses?.startsWith('actions/checkout@') && each.with?.['persist-credentials'] !== false)
        report('checkout', startOf(place), 'the checkout leaves its token in .git/config: persist-credentials: false');
      if (each.run !== undefined) checkCommand([...place, 'run'], each.run.trim());
    }
  }

  function checkPin(path: Path, uses: string): void {
    if (uses.startsWith('./')) return;
    const node = document.getIn(path, true);
    const tag = (isScalar(node) ? node.comment?.trim() : undefined) ?? 'none';
    if (!pinned.test(uses) || !exactTag.test(tag))
      report('pin', startOf(path), `write owner/name@<full commit> # vX.Y.Z, got ${uses} with the comment ${tag}`);
  }

  function checkCommand(path: Path, run: string): void {
    const match = command.exec(run);
    const script = match?.groups?.['script'];
    if (match === null)
      report('command', startOf(path), `write one npm run, npm test or .ci/run, values as "$NAME", got ${run}`);
    else if (script !== undefined && !scripts.includes(script))
      report('command', startOf(path), `package.json has no script ${script}`);
  }

  function report(rule: WorkflowProblem['rule'], offset: number, message: string): void {
    const { line, col } = counter.linePos(offset);
    found.push({ rule, line, column: col, message });
  }

  /** The start of the value at `path`, or of the nearest one around it that exists. */
  function startOf(path: Path): number {
    const node = document.getIn(path, true);
    const start = isNode(node) ? node.range?.[0] : undefined;
    if (start !== undefined) return start;
    return path.length === 0 ? 0 : startOf(path.slice(0, -1));
  }
}

function eventsOf(on: unknown): readonly unknown[] {
  if (Array.isArray(on)) return on;
  return on instanceof Object ? Object.keys(on) : [on];
}

if (import.meta.main) {
  for (const file of (await glob('.github/workflows/*.{yml,yaml}', { cwd: paths.root })).sort()) {
    const text = await readFile(`${paths.root}${file}`, 'utf8');
    for (const { rule, line, column, message } of checkWorkflow(text, Object.keys(manifest.scripts))) {
      console.error(`${file}:${line}:${column}: ${message} [${rule}]`);
      process.exitCode = 1;
    }
  }
}
