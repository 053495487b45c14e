/** From the least to the worst, as both scanners name them; grype alone knows negligible. */
export const severities = ['unknown', 'negligible', 'low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof severities)[number];

/** One vulnerability in one package, whichever scanner found it. */
export interface Finding {
  readonly id: string;
  /** Other names of the same thing: a CVE behind a GitHub advisory. */
  readonly aliases: readonly string[];
  readonly package: string;
  readonly installed: string;
  /** The versions that mend it; none if there is no fix yet. */
  readonly fixed: readonly string[];
  readonly severity: Severity;
}

/** A scanner's word, in either case; what it does not know is unknown. */
export function readSeverity(word: string): Severity {
  return severities.find((severity) => severity === word.toLowerCase()) ?? 'unknown';
}

export function isAtLeast(severity: Severity, least: Severity): boolean {
  return severities.indexOf(severity) >= severities.indexOf(least);
}
