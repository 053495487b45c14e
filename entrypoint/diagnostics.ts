import { type Code, catalogue } from './diagnostics/catalogue.ts';
import type { Severity } from './diagnostics/page.ts';
import type { Place } from './place.ts';

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
