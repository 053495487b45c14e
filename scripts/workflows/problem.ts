/** One thing wrong in a workflow file. Line and column count from 1; `excerpt` is the line itself. */
export interface WorkflowProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly excerpt: string;
  readonly message: string;
  readonly fix: string;
}

/** `file:line:column: message`, the line with a caret, and the fix. */
export function showProblem({ file, line, column, excerpt, message, fix }: WorkflowProblem): string {
  return `${file}:${line}:${column}: ${message}\n  | ${excerpt}\n  | ${' '.repeat(column - 1)}^\n  fix: ${fix}`;
}
