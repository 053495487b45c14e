import { expect, it } from 'vitest';
import { CheckFailed, CheckNotRun } from '../../../scripts/verify/outcome.ts';
import { openRecorder } from '../../../scripts/verify/recorder.ts';

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
