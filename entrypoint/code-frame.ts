import { asBytes, type Bytes, printable, textOf } from './bytes.ts';
import { redactLine } from './secrets.ts';

const WIDTH = 100;

/**
 * An excerpt of one line for a diagnostic: the line itself and, with a column (from 1, in bytes), a caret below it. A line with a
 * secret is shown without its values, and then without a caret. Long lines are cut around the column.
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
