import { expect, it } from 'vitest';
import type { Group, Lab } from '../../../scripts/verify/lab.ts';
import { runGroups } from '../../../scripts/verify/verify-image.ts';

// The groups of these tests do not look at it.
const lab = {} as Lab;
const never = new AbortController().signal;
const turn = () => new Promise((resolve) => setImmediate(resolve));

it('all groups run, no more than the limit at a time', async () => {
  let running = 0;
  let most = 0;
  const ran: number[] = [];
  const groups = Array.from(
    { length: 7 },
    (_, index): Group =>
      async () => {
        running += 1;
        most = Math.max(most, running);
        await turn();
        running -= 1;
        ran.push(index);
      },
  );
  await runGroups(groups, lab, 3, never);
  expect(ran.sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(most).toBe(3);
});

it('an abort ends it at once with its reason, and starts no further group', async () => {
  const abort = new AbortController();
  let started = 0;
  const hangs: Group = () => {
    started += 1;
    return new Promise(() => {});
  };
  const run = runGroups([hangs, hangs, hangs], lab, 2, abort.signal);
  abort.abort(new Error('stop'));
  await expect(run).rejects.toThrow('stop');
  expect(started).toBe(2);
});

it('a defect in a group is not swallowed', async () => {
  const broken: Group = async () => {
    throw new Error('defect');
  };
  await expect(runGroups([broken], lab, 2, never)).rejects.toThrow('defect');
});
