/** One thing wrong in a manifest. Line and column count from 1; `excerpt` is the line itself. */
export interface ManifestProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly excerpt: string;
  readonly message: string;
  readonly fix: string;
}

/** What loading the manifests throws: the message holds every problem, with its place and fix. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

/** `file:line:column: message`, the line with a caret, and the fix. */
export function showProblem({ file, line, column, excerpt, message, fix }: ManifestProblem): string {
  const caret = `${' '.repeat(column - 1)}^`;
  return `${file}:${line}:${column}: ${message}\n  | ${excerpt}\n  | ${caret}\n  fix: ${fix}`;
}
