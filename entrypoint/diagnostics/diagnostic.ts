import { printable } from '../text/bytes.ts';
import { type Place, showPlace } from '../text/place.ts';
import { type Code, catalogue } from './catalogue.ts';
import type { Severity } from './page.ts';

/** One thing to tell the user. `exitCode` is what the start ends with if this is an error. */
export interface Diagnostic {
  readonly code: Code;
  readonly severity: Severity;
  readonly message: string;
  readonly hint: string;
  readonly at?: Place;
  readonly column?: number;
  readonly frame?: string;
}

export interface Details {
  readonly at?: Place;
  readonly column?: number;
  readonly frame?: string;
  /** Replaces the catalogue's general fix where the place knows a better one. */
  readonly hint?: string;
}

/** A wrong input: the start ends here, before any side effect. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly diagnostic: Diagnostic;
  constructor(diagnostic: Diagnostic, cause?: unknown) {
    super(diagnostic.message, { cause });
    this.diagnostic = diagnostic;
  }
}

/** A diagnostic of the catalogue, with the message that names the values. */
export function diagnose(code: Code, message: string, details: Details = {}): Diagnostic {
  const entry = catalogue[code];
  return { code, severity: entry.severity, message, hint: entry.fix, ...details };
}

/** The same as an error to throw. */
export function refuse(code: Code, message: string, details: Details = {}): Refusal {
  return new Refusal(diagnose(code, message, details));
}

/** Exit code of the start that ends with this diagnostic. */
export function exitCodeOf(diagnostic: Diagnostic): number {
  return catalogue[diagnostic.code].exitCode;
}

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
 * A diagnostic for people: `place:column: severity VBnnn: message`, the excerpt, and the fix. Everything is shown
 * escaped, so what a file name or a value holds cannot act on the terminal.
 */
export function showDiagnostic(diagnostic: Diagnostic, style: Style): string {
  const { code, severity, message, hint, frame } = diagnostic;
  const paint = severity === 'error' ? style.red : style.yellow;
  const place = placeOf(diagnostic);
  const lines = [
    `valkey-bundle: ${style.bold(place === null ? '' : `${place}: `)}${paint(`${severity} ${code}`)}: ${printable(message)}`,
    ...(frame === undefined ? [] : [frame]),
    `  ${style.green('fix:')} ${printable(hint)}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** `place:column`; null for a diagnostic that has no place. */
export function placeOf({ at, column }: Pick<Diagnostic, 'at' | 'column'>): string | null {
  if (at === undefined) return null;
  const hasColumn = column !== undefined && (at.kind === 'file' || at.kind === 'stdin');
  return `${showPlace(at)}${hasColumn ? `:${column}` : ''}`;
}
