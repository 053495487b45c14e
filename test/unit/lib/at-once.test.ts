import { expect, it } from 'vitest';
import { atOnce } from '../../../scripts/lib/at-once.ts';

const never = new AbortController().signal;

it('gives the results in the order of the items, however long each takes', async () => {
  const gates = [1, 2, 3].map(() => Promise.withResolvers<void>());
  const working = atOnce(3, [0, 1, 2], never, async (item) => {
    await gates[item]?.promise;
    return item * 10;
  });
  for (const gate of gates.toReversed()) gate.resolve();
  expect(await working).toEqual([0, 10, 20]);
});

it('has no more at work than the limit', async () => {
  let running = 0;
  let most = 0;
  await atOnce(2, [1, 2, 3, 4, 5], never, async () => {
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
  });
  expect(most).toBe(2);
});

it('ends with the first failure once nothing runs any more, and begins nothing after it', async () => {
  const begun: number[] = [];
  let ended = 0;
  const work = atOnce(2, [1, 2, 3, 4], never, async (item, aborted) => {
    begun.push(item);
    if (item === 1) throw new Error('first');
    await new Promise((resolve) => aborted.addEventListener('abort', resolve, { once: true }));
    ended += 1;
    throw aborted.reason;
  });
  await expect(work).rejects.toThrow('first');
  expect([begun, ended]).toEqual([[1, 2], 1]);
});

it('ends with the reason of the abort', async () => {
  const abort = new AbortController();
  abort.abort(new Error('interrupted'));
  await expect(atOnce(1, [1], abort.signal, async () => 1)).rejects.toThrow('interrupted');
});
