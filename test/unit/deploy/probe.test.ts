import { describe, expect, it } from 'vitest';
import { watchProbe } from '../../support/kube/probe.ts';

/** Plays answers to a probe without delay, and returns what it reported, with the number of answers by then. */
async function reports(
  answers: readonly boolean[],
  thresholds: { successThreshold?: number; failureThreshold?: number },
) {
  const over = new AbortController();
  const seen: [number, boolean][] = [];
  let asked = 0;
  await watchProbe(
    { exec: { command: ['x'] }, periodSeconds: 0, ...thresholds },
    async () => {
      asked += 1;
      if (asked > answers.length) over.abort();
      return answers[asked - 1] ?? false;
    },
    over.signal,
    (succeeds) => void seen.push([asked, succeeds]),
  );
  return seen;
}

describe('a probe', () => {
  it('succeeds with the first success, and says so once', async () => {
    expect(await reports([false, true, true], {})).toEqual([[2, true]]);
  });
  it('fails after as many failures in a row as its threshold', async () => {
    expect(await reports([false, false, true, false, false, false], { failureThreshold: 3 })).toEqual([
      [3, true],
      [6, false],
    ]);
  });
  it('waits for as many successes as its threshold', async () => {
    expect(await reports([true, false, true, true], { successThreshold: 2 })).toEqual([[4, true]]);
  });
  it('has Kubernetes’ threshold of three failures where the manifest has none', async () => {
    expect(await reports([false, false, false], {})).toEqual([[3, false]]);
  });
});
