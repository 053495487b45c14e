import { describe, expect, test } from 'vitest';
import { type Report, summarise, testRows } from '../../../scripts/lib/test-report.ts';

const report = (change: Partial<Report> = {}): Report => ({
  numPassedTests: 7,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [{ status: 'passed', assertionResults: [] }],
  ...change,
});

describe('the closing line', () => {
  test.each<[string, Report | null, number, string, number]>([
    ['all passed', report(), 0, '7 passed, 0 failed', 0],
    ['some failed', report({ numFailedTests: 2 }), 1, '7 passed, 2 failed', 2],
    [
      'skipped and planned ones are said',
      report({ numPendingTests: 1, numTodoTests: 2 }),
      0,
      '7 passed, 0 failed, 3 skipped',
      0,
    ],
    [
      'a file that broke before its first test',
      report({ testResults: [{ status: 'failed', assertionResults: [] }] }),
      1,
      '7 passed, 1 failed',
      1,
    ],
    ['a run that ended badly though its tests passed', report(), 1, '7 passed, 1 failed', 1],
    ['a run that left no report', null, 1, '0 passed, 1 failed', 1],
    ['no report though the run says that it ended well', null, 0, '0 passed, 1 failed', 1],
  ])('%s', (_what, given, exitCode, line, failed) => {
    expect(summarise(given, exitCode)).toMatchObject({ line, failed });
  });
});

test('the row of a test has its seconds and what it measured, and a bar in its name divides no cells', () => {
  const measured = { fullName: 'a | b', status: 'passed', duration: 3_210, meta: { measured: '5 keys' } };
  const testResults = [{ status: 'passed', assertionResults: [measured, { fullName: 'c', status: 'failed' }] }];
  expect(testRows(report({ testResults }))).toEqual(['| a \\| b | passed | 3 | 5 keys |', '| c | failed | 0 |  |']);
});
