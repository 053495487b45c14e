import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { paths } from './workspace.ts';

/** Where `npm test` has vitest leave its JSON report. */
export const testReportPath = join(paths.root, 'dist', 'test-report.json');

/** The part of vitest's JSON report that is read here. */
export interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: ReadonlyArray<{ readonly status: string; readonly assertionResults: readonly Assertion[] }>;
}

interface Assertion {
  readonly fullName: string;
  readonly status: string;
  /** In milliseconds. */
  readonly duration?: number | null;
  /** `measured`: what test/support/measured.ts kept. */
  readonly meta?: { readonly measured?: string };
}

/** The report of the last `npm test`; null where it broke off before it could count. */
export function readTestReport(): Report | null {
  try {
    return JSON.parse(readFileSync(testReportPath, 'utf8')) as Report;
  } catch {
    return null;
  }
}

/**
 * The closing line, `N passed, N failed`, with skipped ones said. A file that broke before its first test counts as one
 * failure; so does a run that ended badly though none of its tests failed, or that left no report.
 */
export function summarise(
  report: Report | null,
  exitCode: number | undefined,
): { line: string; passed: number; failed: number } {
  const {
    numPassedTests = 0,
    numFailedTests = 0,
    numPendingTests = 0,
    numTodoTests = 0,
    testResults = [],
  } = report ?? {};
  const brokenFiles = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  const counted = numFailedTests + brokenFiles.length;
  const failed = counted === 0 && (report === null || exitCode !== 0) ? 1 : counted;
  const skipped = numPendingTests + numTodoTests;
  const line = `${numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  return { line, passed: numPassedTests, failed };
}

/** The rows of a Markdown table of single tests, with what they measured. */
export function testRows({ testResults }: Report): string[] {
  return testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .map(({ fullName, status, duration, meta }) => {
      const seconds = Math.round((duration ?? 0) / 1000);
      return `| ${fullName.replaceAll('|', '\\|')} | ${status} | ${seconds} | ${meta?.measured ?? ''} |`;
    });
}
