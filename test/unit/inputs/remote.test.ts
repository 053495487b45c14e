import { expect, it } from 'vitest';
import { PassingFailure, type Remote, withRetries } from '../../../scripts/inputs/remote.ts';
import { problemOf } from '../../support/problem-of.ts';

const patience = { attempts: 3, pauseMs: 1, lowSpeedLimit: 1, lowSpeedTime: 1, timeoutMs: 1000 };
const reported: string[] = [];
const remote: Remote = { patience, aborted: new AbortController().signal, report: (line) => reported.push(line) };

it('a failure that may pass is tried again, and said', async () => {
  let tries = 0;
  reported.length = 0;
  const result = await withRetries('https://example.com', remote, async () => {
    tries += 1;
    if (tries < 3) throw new PassingFailure('noise\nconnection reset');
    return 'done';
  });
  expect([result, tries, reported.length]).toEqual(['done', 3, 2]);
  expect(reported[0]).toContain('connection reset');
});

it('it is VP206 when the attempts are used up, with what was said last', async () => {
  const failing = withRetries('https://example.com', remote, async () => {
    throw new PassingFailure('connection reset');
  });
  const { code, message } = await problemOf(failing);
  expect([code, message.includes('connection reset'), message.includes('https://example.com')]).toEqual([
    'VP206',
    true,
    true,
  ]);
});

it('what will not pass is not tried again', async () => {
  let tries = 0;
  const failing = withRetries('https://example.com', remote, async () => {
    tries += 1;
    throw new Error('no such thing');
  });
  await expect(failing).rejects.toThrow('no such thing');
  expect(tries).toBe(1);
});

it('the time for all attempts ends the one that runs: VP206', async () => {
  const short = { ...remote, patience: { ...patience, timeoutMs: 5 } };
  const failing = withRetries('https://example.com', short, async (signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    throw new PassingFailure('it was ended');
  });
  expect((await problemOf(failing)).code).toBe('VP206');
});

it('an interruption ends it with its own reason, also between two attempts', async () => {
  const abort = new AbortController();
  const slow = { ...remote, aborted: abort.signal, patience: { ...patience, pauseMs: 60_000, timeoutMs: 60_000 } };
  const failing = withRetries(
    'https://example.com',
    { ...slow, report: () => abort.abort(new Error('interrupted')) },
    async () => {
      throw new PassingFailure('connection reset');
    },
  );
  await expect(failing).rejects.toThrow('interrupted');
});
