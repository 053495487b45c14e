/** The part of vitest's JSON report that is read here. */
export interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: ReadonlyArray<{ readonly status: string; readonly assertionResults: readonly unknown[] }>;
}

/** Projects that start no container. */
export const pureProjects: readonly string[] = ['unit', 'golden', 'host', 'matrix'];

/** What `npm test` runs: all but the project `full`. */
export const everydayProjects: readonly string[] = [...pureProjects, 'integration', 'matrix-real'];

/** The closing line, `N passed, N failed`, with skipped ones said. A file that broke before its first test counts as one failure. */
export function summarise(report: Report): { line: string; passed: number; failed: number } {
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  const failed = report.numFailedTests + brokenFiles.length;
  const skipped = report.numPendingTests + report.numTodoTests;
  const line = `${report.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  return { line, passed: report.numPassedTests, failed };
}
