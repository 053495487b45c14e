import { expect, test } from 'vitest';
import { untilAborted } from '../../../scripts/start/start-server.ts';

const endless = new Promise<never>(() => {});

test('work that ends before an interruption gives its result', async () => {
  expect(await untilAborted(Promise.resolve(7), new AbortController().signal)).toBe(7);
});

test('work that never ends is left when the interruption comes', async () => {
  const controller = new AbortController();
  const waiting = untilAborted(endless, controller.signal);
  controller.abort(new Error('interrupted'));
  await expect(waiting).rejects.toThrow('interrupted');
});

test('an interruption that came first is not missed', async () => {
  await expect(untilAborted(endless, AbortSignal.abort(new Error('interrupted')))).rejects.toThrow('interrupted');
});
