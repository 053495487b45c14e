import { readFile } from 'node:fs/promises';
import { glob } from 'glob';
import { isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import * as z from 'zod';
import manifest from '../package.json' with { type: 'json' };
import { paths } from './lib/workspace.ts';

/** A broken rule. Line and column count from 1. */
export interface WorkflowProblem {
  readonly rule: 'syntax' | 'pin' | 'secret' | 'command';
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

type Path = readonly (string | number)[];

const step = z.object({ uses: z.string().optional(), run: z.string().optional() });
const job = z.object({ uses: z.string().optional(), steps: z.array(step).default([]) });
const workflow = z.object({ jobs: z.record(z.string(), job) });

const pinned = /^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/;
const exactTag = /^v\d+\.\d+\.\d+$/;

/** Plain words, and values only as quoted variables: nothing that a shell or an expression could make more of. */
const command =
  /^(?:\.ci\/in-debian )?(?:npm run (?<script>[a-z][a-z:-]*)|npm test|\.ci\/run)(?: (?:[\w./:=-]+|"\$[A-Z_]+"))*$/;

/**
 * The rules of a workflow file that no tool has before a push (zizmor runs on GitHub after it, and a pushed tag starts
 * a release at once): actions by their full commit, with the exact tag beside it; no secret but the token of the job;
 * one command of the project a step. `scripts` are the names that `npm run` knows.
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

  for (const [id, { uses, steps }] of Object.entries(read.data.jobs)) {
    const path = ['jobs', id];
    if (uses !== undefined) checkPin([...path, 'uses'], uses);
    for (const [index, each] of steps.entries()) {
      if (each.uses !== undefined) checkPin([...path, 'steps', index, 'uses'], each.uses);
      if (each.run !== undefined) checkCommand([...path, 'steps', index, 'run'], each.run.trim());
    }
  }
  // Keys and prose too: a way of asking for a secret that is overlooked would be worse than a word too many.
  visit(document, {
    Scalar(_key, { value, range }) {
      if (/\bsecrets\b/i.test(String(value)))
        report('secret', range?.[0] ?? 0, 'the workflow takes secrets: use github.token or id-token of the job');
    },
  });
  return found.sort((one, other) => one.line - other.line);

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
      report(
        'command',
        startOf(path),
        `write one npm run, npm test or .ci/run (.ci/in-debian may stand before it), values as "$NAME", got ${run}`,
      );
    else if (script !== undefined && !scripts.includes(script))
      report('command', startOf(path), `package.json has no script ${script}`);
  }

  function report(rule: WorkflowProblem['rule'], offset: number, message: string): void {
    const { line, col } = counter.linePos(offset);
    found.push({ rule, line, column: col, message });
  }

  function startOf(path: Path): number {
    const node = document.getIn(path, true);
    return isNode(node) ? (node.range?.[0] ?? 0) : 0;
  }
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
