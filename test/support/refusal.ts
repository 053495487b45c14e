import { type Diagnostic, Refusal } from '../../entrypoint/diagnostics/diagnostic.ts';

/** The diagnostic that a call refuses with. Fails for a call that refuses nothing, or fails in another way. */
export function refusalOf(call: () => unknown): Diagnostic {
  try {
    call();
  } catch (error) {
    if (error instanceof Refusal) return error.diagnostic;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** Codes alone: what tests compare. */
export function codesOf(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ code }) => code);
}
