import { expect, it } from 'vitest';
import { CheckFailed, CheckNotRun, openRecorder, showReport } from '../../../scripts/verify/report.ts';

const never = new AbortController().signal;

it('a check is recorded with what was seen, and tells whether it passed', async () => {
  const recorder = openRecorder(never);
  const told = [
    await recorder.check('fine', () => 'seen'),
    await recorder.check('wrong', () => {
      throw new CheckFailed('bad');
    }),
    await recorder.check('impossible', async () => {
      throw new CheckNotRun('why');
    }),
    await recorder.check('broken', () => {
      throw new TypeError('oops');
    }),
  ];
  expect(told).toEqual([true, false, false, false]);
  expect(recorder.results.map(({ name, result, note }) => [name, result, note])).toEqual([
    ['fine', 'passed', 'seen'],
    ['wrong', 'failed', 'bad'],
    ['impossible', 'not run', 'why'],
    ['broken', 'failed', 'oops'],
  ]);
});

it('what breaks because the verb was aborted is no failed check', async () => {
  const abort = new AbortController();
  const recorder = openRecorder(abort.signal);
  const check = recorder.check('interrupted', async () => {
    abort.abort(new Error('stop'));
    throw new Error('the container is gone');
  });
  await expect(check).rejects.toThrow('stop');
  await expect(recorder.check('next', () => '')).rejects.toThrow('stop');
  expect(recorder.results).toEqual([]);
});

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
