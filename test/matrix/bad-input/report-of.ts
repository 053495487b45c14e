/** One diagnostic as it stands on standard error. */
interface Shown {
  readonly place: string | null;
  readonly severity: string;
  readonly code: string;
}

/** What a start printed, taken apart. */
export interface Report {
  readonly errors: readonly Shown[];
  readonly codes: readonly string[];
  readonly hasFix: boolean;
  readonly hasStack: boolean;
}

export function reportOf(stderr: string): Report {
  const shown = [...stderr.matchAll(/^valkey-bundle: (?:(.*): )?(error|warning|notice) (VB\d{3}): .*$/gm)].map(
    ([, place, severity = '', code = '']): Shown => ({ place: place ?? null, severity, code }),
  );
  return {
    errors: shown.filter(({ severity }) => severity === 'error'),
    codes: shown.map(({ code }) => code),
    hasFix: /^ {2}fix: \S/m.test(stderr),
    hasStack: /^\s+at .*:\d+:\d+\)?$/m.test(stderr) || stderr.includes('VB901'),
  };
}
