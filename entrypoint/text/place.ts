import { asBytes, type Bytes, printable, textOf } from './bytes.ts';
import { redactLine } from './secrets.ts';

/** Where something was said: every decision, argument and diagnostic carries one. Lines count from 1. */
export type Place =
  | { readonly kind: 'file'; readonly path: string; readonly line: number }
  | { readonly kind: 'stdin'; readonly line: number }
  | { readonly kind: 'argument'; readonly index: number }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'image'; readonly path: string }
  | { readonly kind: 'directory'; readonly path: string };

/**
 * `file:line`, `stdin:line`, `argv[n]` (n counts from 0, the program being 0), a variable's name, or the image's file.
 */
export function showPlace(place: Place): string {
  switch (place.kind) {
    case 'file':
      return printable(`${place.path}:${place.line}`);
    case 'stdin':
      return `stdin:${place.line}`;
    case 'argument':
      return `argv[${place.index}]`;
    case 'variable':
      return printable(place.name);
    case 'image':
      return `image default (${printable(place.path)})`;
    case 'directory':
      return printable(place.path);
  }
}

/** True if a user wrote it into the configuration or the command line, rather than the environment or the image. */
export function isConfiguration(place: Place): boolean {
  return place.kind === 'file' || place.kind === 'stdin' || place.kind === 'argument';
}

/** The path as the kernel would resolve it: nothing is normalised, since `..` behind a link means the link's target. */
export function absolute(path: string, cwd: string): string {
  return path.startsWith('/') ? path : `${cwd === '/' ? '' : cwd}/${path}`;
}

/** The folder of an absolute path. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** The name behind the last slash; all of a name without one. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

const WIDTH = 100;

/**
 * An excerpt of one line for a diagnostic: the line itself and, with a column (from 1, in bytes), a caret below it. A
 * line with a secret is shown without its values, and then without a caret. Long lines are cut around the column.
 */
export function frame(line: Bytes, column?: number): string {
  const redacted = redactLine(line);
  if (redacted !== null) return `  | ${printable(redacted)}`;
  if (column === undefined) return `  | ${cut(shown(line), 0)}`;
  const before = shown(asBytes(line.slice(0, column - 1)));
  const start = Math.max(0, before.length - Math.floor(WIDTH * 0.7));
  return `  | ${cut(shown(line), start)}\n  | ${' '.repeat(before.length - start)}^`;
}

function shown(bytes: Bytes): string {
  return printable(textOf(bytes).replaceAll('\t', ' '));
}

function cut(text: string, start: number): string {
  const end = start + WIDTH;
  return text.length > end ? `${text.slice(start, end)}...` : text.slice(start);
}
