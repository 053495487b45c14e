export type Severity = 'error' | 'warning' | 'notice';

/** One page of the catalogue: `valkey-bundle explain <code>` and docs/diagnostics.md print it. */
export interface CataloguePage {
  readonly title: string;
  readonly severity: Severity;
  /** The exit code of a start that ends with it; 0 for a page that does not stop a start. */
  readonly exitCode: number;
  readonly meaning: string;
  readonly fix: string;
}
