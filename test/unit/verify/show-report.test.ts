import { expect, it } from 'vitest';
import { showReport } from '../../../scripts/verify/show-report.ts';

it('every check is a row, with the slowest and the counts at the end', () => {
  const text = showReport(
    {
      reference: 'x',
      digest: null,
      line: 'local',
      variant: 'default',
      platform: 'linux/amd64',
      checks: [
        { name: 'one', result: 'passed', note: 'seen', milliseconds: 5 },
        { name: 'two', result: 'failed', note: 'bad', milliseconds: 1500 },
        { name: 'three', result: 'not run', note: 'why', milliseconds: 0 },
      ],
    },
    2000,
  );
  expect(text.split('\n').slice(1)).toEqual([
    'ok         5  one    seen',
    'FAIL    1500  two    bad',
    '--         0  three  why',
    '',
    'slowest (ms): two 1500; one 5; three 0',
    '1 passed, 1 failed, 1 not run, in 2.0 s',
  ]);
});
