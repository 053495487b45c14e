import { type Document, isMap, isNode, LineCounter, parseDocument } from 'yaml';
import type * as z from 'zod';
import { PipelineError } from '../lib/pipeline-error.ts';
import type { dataProblems } from '../lib/problems/making.ts';

/** A problem at the value that `path` leads to, or at the nearest thing around it that exists. */
export type At = (
  path: readonly PropertyKey[],
  message: string,
  fix: string,
  code?: DataProblem['code'],
) => DataProblem;

type ReadData<Value> =
  | { readonly value: Value; readonly at: At }
  | { readonly problems: readonly [DataProblem, ...DataProblem[]] };

interface DataKind<Schema extends z.ZodType> {
  readonly schema: Schema;
  /** The name of the whole in messages: `the manifest`. */
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

/** One thing wrong in a file under modules/. Line and column count from 1; `excerpt` is the line itself. */
export interface DataProblem {
  readonly code: keyof typeof dataProblems;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly excerpt: string;
  readonly message: string;
  readonly fix: string;
}

/**
 * One error for all that is wrong: it has the code of the first problem, and shows each with its place, a caret and the
 * fix.
 */
export function dataError(problems: readonly [DataProblem, ...DataProblem[]]): PipelineError {
  const [first, ...others] = problems;
  if (others.length === 0) {
    return new PipelineError(first.code, first.message, {
      where: placeOf(first),
      details: framed(first),
      fix: first.fix,
    });
  }
  const each = problems.map((one) => `${placeOf(one)}: ${one.message}\n${framed(one)}\n  fix: ${one.fix}`);
  return new PipelineError(first.code, `${problems.length} things are wrong`, {
    details: each.join('\n'),
    fix: 'fix each of them as said above',
  });
}

/** True where there is anything to report: narrows to the list that dataError takes. */
export function isWrong(problems: readonly DataProblem[]): problems is readonly [DataProblem, ...DataProblem[]] {
  return problems.length > 0;
}

function placeOf({ file, line, column }: DataProblem): string {
  return `${file}:${line}:${column}`;
}

function framed({ excerpt, column }: DataProblem): string {
  return `  | ${excerpt}\n  | ${' '.repeat(column - 1)}^`;
}

interface DescribedIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly fix: string;
}

/** So much of a wrong value is shown. */
const shown = 120;

/**
 * Says an issue of a schema in a reader's words: what is wrong at which path, the value got, and what to write instead.
 */
function describeIssue(issue: z.core.$ZodIssue, content: unknown, title: string): DescribedIssue[] {
  const { path } = issue;
  const name = path.join('.') || title;
  const got = shorten(JSON.stringify(valueAt(content, path)));
  const say = (message: string, fix: string): DescribedIssue[] => [{ path, message, fix }];
  switch (issue.code) {
    case 'unrecognized_keys': {
      const fix = 'correct its name, or remove it';
      return issue.keys.map((key) => ({ path: [...path, key], message: `${name} has no key ${key}`, fix }));
    }
    case 'invalid_value':
      return say(`${name} is not one of the known words, got ${got}`, `write ${issue.values.join(', ')}`);
    case 'invalid_type':
      if (got === undefined) return say(`${name} is missing`, `add it: ${article(issue.expected)}`);
      return say(`${name} has the wrong type, got ${got}`, `write ${article(issue.expected)}`);
    case 'invalid_format':
      return say(`${name} has the wrong form, got ${got}`, `write ${issue.pattern ?? article(issue.format)}`);
    case 'invalid_key':
      return issue.issues.flatMap((inner) => {
        const pattern = inner.code === 'invalid_format' ? inner.pattern : undefined;
        return say(`the name ${name} has the wrong form`, `write ${pattern ?? inner.message}`);
      });
    case 'invalid_union':
      return describeUnion(issue, content, title) ?? say(`${name} is not valid, got ${got}`, issue.message);
    default:
      return say(`${name} is not valid, got ${got}`, issue.message);
  }
}

/** Of the forms that a value may have, the one that it comes nearest to was meant. */
function describeUnion(
  { path, errors }: z.core.$ZodIssueInvalidUnion,
  content: unknown,
  title: string,
): DescribedIssue[] | undefined {
  const described = errors.map((issues) =>
    issues.flatMap((inner) => describeIssue({ ...inner, path: [...path, ...inner.path] }, content, title)),
  );
  return described.toSorted((a, b) => a.length - b.length)[0];
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function shorten(text: string | undefined): string | undefined {
  return text === undefined || text.length <= shown ? text : `${text.slice(0, shown)}...`;
}

function valueAt(content: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value instanceof Object ? Reflect.get(value, key) : undefined), content);
}
