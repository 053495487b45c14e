import { type Document, isMap, isNode, LineCounter, parseDocument } from 'yaml';
import type * as z from 'zod';
import { type DataProblem, isWrong } from './data-problem.ts';
import { describeIssue } from './schema-issue.ts';

/** A problem at the value that `path` leads to, or at the nearest thing around it that exists. */
export type At = (
  path: readonly PropertyKey[],
  message: string,
  fix: string,
  code?: DataProblem['code'],
) => DataProblem;

export type ReadData<Value> =
  | { readonly value: Value; readonly at: At }
  | { readonly problems: readonly [DataProblem, ...DataProblem[]] };

export interface DataKind<Schema extends z.ZodType> {
  readonly schema: Schema;
  /** What to call the whole: `the manifest`. */
  readonly title: string;
  readonly code: DataProblem['code'];
  /** Replaces every fix: for a file that nobody edits. */
  readonly fix?: string;
}

/** Reads YAML or JSON text by a schema; `file` is only named in problems. */
export function readData<Schema extends z.ZodType>(
  { schema, title, code, fix: instead }: DataKind<Schema>,
  file: string,
  text: string,
): ReadData<z.output<Schema>> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const problemAt = (offset: number, message: string, fix: string, as = code): DataProblem => {
    const { line, col } = lines.linePos(offset);
    const excerpt = text.split(/\r?\n/)[line - 1] ?? '';
    return { code: as, file, line, column: col, excerpt, message, fix: instead ?? fix };
  };
  const broken = document.errors.map(({ pos, message }) =>
    problemAt(pos[0], firstLine(message), 'write it as YAML 1.2; quote a value with a colon or a brace in it'),
  );
  if (isWrong(broken)) return { problems: broken };
  const at: At = (path, message, fix, as) => problemAt(offsetOf(document, path), message, fix, as);
  const content: unknown = document.toJS();
  const result = schema.safeParse(content);
  if (result.success) return { value: result.data, at };
  const problems = result.error.issues
    .flatMap((issue) => describeIssue(issue, content, title))
    .map(({ path, message, fix }) => at(path, message, fix));
  return { problems: isWrong(problems) ? problems : [at([], `${title} is not valid`, result.error.message)] };
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? text).replace(/ at line \d+, column \d+:?$/, '');
}

function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  const key = path.at(-1);
  if (key === undefined) return startOf(document.contents) ?? 0;
  const around: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const pair = isMap(around) ? around.items.find((item) => String(item.key) === String(key)) : undefined;
  const node: unknown = pair === undefined ? document.getIn([...path], true) : (pair.value ?? pair.key);
  return startOf(node) ?? offsetOf(document, path.slice(0, -1));
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
