import { type Document, isMap, isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import type { ManifestProblem } from './manifest-problem.ts';
import { type ModuleManifest, moduleManifest } from './module-schema.ts';

/** A problem at the value that `path` leads to, or at the nearest thing around it that exists. */
export type At = (path: readonly PropertyKey[], message: string, fix: string) => ManifestProblem;

type Reading = { readonly manifest: ModuleManifest; readonly at: At } | { readonly problems: ManifestProblem[] };

/** Reads one manifest's text; `file` is only named in problems. */
export function readManifest(file: string, text: string): Reading {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const problemAt = (offset: number, message: string, fix: string): ManifestProblem => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col, excerpt: text.split(/\r?\n/)[line - 1] ?? '', message, fix };
  };
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ pos, message }) =>
      problemAt(pos[0], firstLine(message), 'write it as YAML 1.2; quote a value with a colon or a brace in it'),
    );
    return { problems };
  }
  const at: At = (path, message, fix) => problemAt(offsetOf(document, path), message, fix);
  const content: unknown = document.toJS();
  const result = moduleManifest.safeParse(content);
  if (result.success) return { manifest: result.data, at };
  return { problems: result.error.issues.map((issue) => problemOf(issue, content, at)) };
}

function problemOf(issue: z.core.$ZodIssue, content: unknown, at: At): ManifestProblem {
  const name = issue.path.join('.') || 'the manifest';
  const got = JSON.stringify(valueAt(content, issue.path));
  switch (issue.code) {
    case 'unrecognized_keys': {
      const key = issue.keys[0] ?? '';
      return at([...issue.path, key], `${name} has no key ${issue.keys.join(', ')}`, 'correct its name, or remove it');
    }
    case 'invalid_value':
      return at(issue.path, `${name} is not one of the known words, got ${got}`, `write ${issue.values.join(', ')}`);
    case 'invalid_type':
      if (got === undefined) return at(issue.path, `${name} is missing`, `add it: ${article(issue.expected)}`);
      return at(issue.path, `${name} has the wrong type, got ${got}`, `write ${article(issue.expected)}`);
    case 'invalid_format':
      return at(
        issue.path,
        `${name} has the wrong form, got ${got}`,
        `write ${issue.pattern ?? article(issue.format)}`,
      );
    default:
      return at(issue.path, `${name} is not valid, got ${got}`, issue.message);
  }
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? text).replace(/ at line \d+, column \d+:?$/, '');
}

function valueAt(content: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value instanceof Object ? Reflect.get(value, key) : undefined), content);
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
