import { setTimeout as pause } from 'node:timers/promises';
import type { Probe } from './schema.ts';

/** One try of a probe. False also where the time is over. */
export type Ask = (command: readonly string[], timeoutMs: number) => Promise<boolean>;

/**
 * Runs a probe until it is aborted, and reports each change as Kubernetes makes it: after `successThreshold` successes or `failureThreshold`
 * failures in a row. Kubernetes' own defaults where the manifest says nothing.
 */
export async function watchProbe(
  probe: Probe,
  ask: Ask,
  aborted: AbortSignal,
  report: (succeeds: boolean) => Promise<void> | void,
): Promise<void> {
  const { initialDelaySeconds = 0, periodSeconds = 10, timeoutSeconds = 1 } = probe;
  const { successThreshold = 1, failureThreshold = 3 } = probe;
  let last: boolean | undefined;
  let inARow = 0;
  await wait(initialDelaySeconds, aborted);
  while (!aborted.aborted) {
    const succeeds = await ask(probe.exec.command, timeoutSeconds * 1000);
    if (aborted.aborted) return;
    inARow = succeeds === last ? inARow + 1 : 1;
    last = succeeds;
    if (inARow === (succeeds ? successThreshold : failureThreshold)) await report(succeeds);
    await wait(periodSeconds, aborted);
  }
}

async function wait(seconds: number, aborted: AbortSignal): Promise<void> {
  try {
    await pause(seconds * 1000, undefined, { signal: aborted });
  } catch {
    // Aborted: the caller looks.
  }
}
