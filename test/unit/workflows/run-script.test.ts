import { expect, test } from 'vitest';
import { runEach } from '../../../scripts/workflows/run-script.ts';

const calls = [['one'], ['two'], ['three']];
const never = new AbortController().signal;

test.each<[string, Readonly<Record<string, number>>, number]>([
  ['0 where every call is well', {}, 0],
  ['the code of the one that failed, even if it was not the last', { one: 65 }, 65],
  ['the first of several', { two: 1, three: 70 }, 1],
])('the exit code is %s, and every call is made', async (_title, codes, expected) => {
  const made: string[] = [];
  const code = await runEach(calls, never, async ([name = '']) => {
    made.push(name);
    return codes[name] ?? 0;
  });
  expect([made, code]).toEqual([['one', 'two', 'three'], expected]);
});

test('nothing more is called once it was interrupted', async () => {
  const abort = new AbortController();
  const made: string[] = [];
  const running = runEach(calls, abort.signal, async ([name = '']) => {
    made.push(name);
    abort.abort(new Error('interrupted'));
    return 0;
  });
  await expect(running).rejects.toThrow('interrupted');
  expect(made).toEqual(['one']);
});
