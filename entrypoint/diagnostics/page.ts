export type Severity = 'error' | 'warning' | 'notice';

/** One page of the catalogue: `valkey-bundle explain <code>` and docs/diagnostics.md print it. */
export interface CataloguePage {
  readonly title: string;
  readonly severity: Severity;
  /** What the start ends with; 0 for what does not stop it. */
  readonly exitCode: number;
  readonly meaning: string;
  readonly fix: string;
}
