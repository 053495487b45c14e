import { printable } from './bytes.ts';
import type { Diagnostic } from './diagnostics.ts';
import { type Place, showPlace } from './place.ts';

/** Colours for a terminal, or none at all. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly green: (text: string) => string;
}

/** Colours only on a terminal, and none where NO_COLOR is set to anything. */
export function styleFor(isTerminal: boolean, noColor: string | undefined): Style {
  const paint = (code: number) => (text: string) => `\u001b[${code}m${text}\u001b[0m`;
  const plain = (text: string): string => text;
  if (!isTerminal || (noColor !== undefined && noColor !== ''))
    return { bold: plain, dim: plain, red: plain, yellow: plain, green: plain };
  return { bold: paint(1), dim: paint(2), red: paint(31), yellow: paint(33), green: paint(32) };
}

/**
 * A diagnostic for people: `place:column: severity VBnnn: message`, the excerpt, and the fix. Everything is shown escaped, so what a file
 * name or a value holds cannot act on the terminal.
 */
export function showDiagnostic(diagnostic: Diagnostic, style: Style): string {
  const { code, severity, message, hint, frame } = diagnostic;
  const paint = severity === 'error' ? style.red : style.yellow;
  const lines = [
    `valkey-bundle: ${style.bold(placeOf(diagnostic))}${paint(`${severity} ${code}`)}: ${printable(message)}`,
    ...(frame === undefined ? [] : [frame]),
    `  ${style.green('fix:')} ${printable(hint)}`,
  ];
  return `${lines.join('\n')}\n`;
}

function placeOf({ at, column }: { at?: Place; column?: number }): string {
  if (at === undefined) return '';
  const hasColumn = column !== undefined && (at.kind === 'file' || at.kind === 'stdin');
  return `${showPlace(at)}${hasColumn ? `:${column}` : ''}: `;
}
