import { isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import * as z from 'zod';
import type { WorkflowProblem } from './problem.ts';

const permissions = z.union([z.string(), z.record(z.string(), z.string())]);

const step = z.looseObject({
  name: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).default({}),
});

const job = z.looseObject({
  'runs-on': z.string().optional(),
  permissions: permissions.optional(),
  'timeout-minutes': z.number().optional(),
  strategy: z.unknown().optional(),
  steps: z.array(step).default([]),
});

/** What the rules look at. That the rest is what GitHub takes is for actionlint to say. */
const content = z.looseObject({
  on: z.unknown(),
  permissions: permissions.optional(),
  concurrency: z.unknown().optional(),
  jobs: z.record(z.string(), job),
});

/** A problem at the value that `path` leads to, or at the nearest thing around it that exists. */
type At = (path: readonly PropertyKey[], message: string, fix: string) => WorkflowProblem;

export interface Workflow {
  readonly content: z.infer<typeof content>;
  readonly at: At;
  /** What stands behind the value on its line, without the `#`; null if nothing does. */
  readonly commentOf: (path: readonly PropertyKey[]) => string | null;
}

export interface Step {
  readonly path: readonly PropertyKey[];
  readonly step: z.infer<typeof step>;
}

/** Reads one workflow's text; `file` is only named in problems. */
export function readWorkflow(file: string, text: string): Workflow | { readonly problems: WorkflowProblem[] } {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  const lines = text.split(/\r?\n/);
  const nodeAt = (path: readonly PropertyKey[]): unknown => document.getIn([...path], true);
  const at: At = (path, message, fix) => {
    const { line, col } = counter.linePos(offsetOf(nodeAt, path));
    return { file, line, column: col, excerpt: lines[line - 1] ?? '', message, fix };
  };
  const broken = document.errors[0];
  if (broken) return { problems: [at([], `not YAML: ${broken.message.split('\n')[0]}`, 'mend its syntax')] };
  const read = content.safeParse(document.toJS());
  if (!read.success) {
    return {
      problems: read.error.issues.map((issue) =>
        at(issue.path, `${issue.path.join('.')}: ${issue.message}`, 'write what GitHub Actions takes there'),
      ),
    };
  }
  const commentOf = (path: readonly PropertyKey[]): string | null => {
    const node = nodeAt(path);
    return isScalar(node) ? (node.comment?.trim() ?? null) : null;
  };
  return { content: read.data, at, commentOf };
}

/** Every step of every job, with the path that leads to it. */
export function stepsOf({ content: { jobs } }: Workflow): Step[] {
  return Object.entries(jobs).flatMap(([id, { steps }]) =>
    steps.map((each, index) => ({ path: ['jobs', id, 'steps', index], step: each })),
  );
}

function offsetOf(nodeAt: (path: readonly PropertyKey[]) => unknown, path: readonly PropertyKey[]): number {
  const node = nodeAt(path);
  const start = isNode(node) ? node.range?.[0] : undefined;
  if (start !== undefined) return start;
  return path.length === 0 ? 0 : offsetOf(nodeAt, path.slice(0, -1));
}
