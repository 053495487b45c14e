/** One diagnostic as it stands on standard error. */
interface Shown {
  readonly place: string | null;
  readonly severity: string;
  readonly code: string;
  /** Whether it has a fix of its own. */
  readonly hasFix: boolean;
  /** All of its lines. */
  readonly text: string;
}

/** What a start printed, taken apart. */
export interface Report {
  readonly errors: readonly Shown[];
  readonly codes: readonly string[];
  readonly hasStack: boolean;
}

export function reportOf(stderr: string): Report {
  // A diagnostic is its first line and the indented ones behind it: an excerpt and a fix.
  const diagnostics = /^valkey-bundle: (?:(.*): )?(error|warning|notice) (VB\d{3}): .*(?:\n {2}.*)*$/gm;
  const shown = [...stderr.matchAll(diagnostics)].map(
    ([text, place, severity = '', code = '']): Shown => ({
      ...{ place: place ?? null, severity, code, text },
      hasFix: /^ {2}fix: \S/m.test(text),
    }),
  );
  return {
    errors: shown.filter(({ severity }) => severity === 'error'),
    codes: shown.map(({ code }) => code),
    hasStack: /^\s+at .*:\d+:\d+\)?$/m.test(stderr) || stderr.includes('VB901'),
  };
}
