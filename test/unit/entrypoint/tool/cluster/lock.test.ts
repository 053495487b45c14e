import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Refusal } from '../../../../../entrypoint/diagnostics/diagnostic.ts';
import type { ServerAt, Session } from '../../../../../entrypoint/host/host.ts';
import { lockNodes } from '../../../../../entrypoint/tool/cluster/lock.ts';
import { clusterOf, three } from '../../../../support/cluster-view.ts';
import { fakeCluster } from '../../../../support/fake-cluster.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const codeOf = (error: unknown): string => (error instanceof Refusal ? error.diagnostic.code : String(error));

/**
 * Three nodes on a clock that the test moves. From `silentAt` on, in seconds, the second answers nobody until `speaksAt`; from `killedAt` on the
 * lock's connections are gone. The work takes 30 s.
 */
async function hold({ silentAt = 0, speaksAt = 0, killedAt = Number.POSITIVE_INFINITY }) {
  const { waiting } = fakeCluster('abc');
  const start = performance.now();
  const seconds = () => Math.round((performance.now() - start) / 100) / 10;
  const asked = new Map<string, number[]>();
  const clock = {
    ...waiting,
    now: () => performance.now(),
    pause: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
    open: (at: ServerAt): Session => {
      const real = waiting.open(at);
      const ask: Session['ask'] = async (commands, timeoutMs) => {
        if (commands[0]?.[1] !== 'GETNAME') return real.ask(commands, timeoutMs);
        asked.set(at.ip, [...(asked.get(at.ip) ?? []), seconds()]);
        const isSilent = at.ip === '10.0.0.11' && seconds() >= silentAt && seconds() < speaksAt;
        const wait = isSilent ? (speaksAt - seconds()) * 1000 : 0;
        await clock.pause(Math.min(wait, timeoutMs));
        if (wait > timeoutMs) return { kind: 'failed', what: 'connection', why: 'no answer in time' };
        return seconds() >= killedAt
          ? { kind: 'failed', what: 'connection', why: 'connection closed' }
          : real.ask(commands, timeoutMs);
      };
      return { ...real, ask };
    },
  };
  const cluster = { waiting: clock, connection: { user: null, password: null, tls: null }, say: () => {} };
  const lock = await lockNodes(cluster, clusterOf(three), performance.now() + 60_000);
  let began = false;
  /** When the lock was lost, and with what code. */
  let lost: { readonly at: number; readonly code: string } | null = null;
  const work = lock.holding(async (signal) => {
    began = true;
    signal.addEventListener('abort', () => {
      lost = { at: seconds(), code: codeOf(signal.reason) };
    });
    await clock.pause(30_000);
    return 'done';
  });
  const result = work.catch(codeOf);
  await vi.advanceTimersByTimeAsync(40_000);
  return { result: await result, asked, lost, began };
}

describe('the lock', () => {
  it('is renewed on every node as long as the work lasts', async () => {
    const { result, asked, lost } = await hold({});
    expect([result, lost]).toEqual(['done', null]);
    for (const node of ['10.0.0.10', '10.0.0.11', '10.0.0.12']) expect(asked.get(node)).toHaveLength(16);
  });
  it('is kept where a node is silent for less than others would take to close its connection', async () => {
    const { result, asked, lost } = await hold({ silentAt: 3, speaksAt: 18 });
    expect([result, lost]).toEqual(['done', null]);
    // No second question before the first is answered, so that no answer is taken for that of a later one.
    expect(asked.get('10.0.0.11')).toEqual([0, 2, 4, 20, 22, 24, 26, 28, 30]);
    expect(asked.get('10.0.0.12')).toHaveLength(16);
  });
  it('is given up just when others may take it, counted from the last question that was answered', async () => {
    expect((await hold({ silentAt: 3, speaksAt: 100 })).lost).toEqual({ at: 22, code: 'VB713' });
  });
  it('that another run has taken before the work begins is not worked under', async () => {
    expect(await hold({ killedAt: 0 })).toMatchObject({ result: 'VB713', began: false });
  });
  it('that is lost since the last question makes no success of work that ended meanwhile', async () => {
    expect((await hold({ killedAt: 29 })).result).toBe('VB713');
  });
});
