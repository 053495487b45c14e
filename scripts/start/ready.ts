import { setTimeout as sleep } from 'node:timers/promises';
import type { PingReply } from './ping.ts';

export type Readiness =
  | Readonly<{ kind: 'ready' }>
  | Readonly<{ kind: 'exited'; exitCode: number }>
  | Readonly<{ kind: 'denied' }>
  /** The server says in its log why it will never answer where it is asked. */
  | Readonly<{ kind: 'unreachable'; why: string }>
  | Readonly<{ kind: 'timeout'; loading: boolean }>;

export type ReadinessProbes = Readonly<{
  ping: () => Promise<PingReply>;
  /** Settles when the container has ended. */
  exited: Promise<number>;
  /** Reads the log; null while it explains nothing. */
  explainSilence: () => Promise<string | null>;
  aborted: AbortSignal;
}>;

export const READY_LIMIT_MS = 60_000;
/** A server that is up answers within milliseconds of saying so; this is the time after which its log is asked instead. */
const SILENCE_MS = 3_000;
const POLL_MS = 50;

/** Asks until the server answers, the container ends, or the time is up; rejects when `aborted` fires. */
export async function waitUntilReady(probes: ReadinessProbes, limitMs = READY_LIMIT_MS): Promise<Readiness> {
  const started = performance.now();
  let exitCode: number | null = null;
  const ended = probes.exited.then((code) => {
    exitCode = code;
  });
  let askLogAfter = SILENCE_MS;
  for (;;) {
    probes.aborted.throwIfAborted();
    const reply = await probes.ping();
    if (reply.kind === 'answers') return { kind: 'ready' };
    if (reply.kind === 'denied') return { kind: 'denied' };
    if (exitCode !== null) return { kind: 'exited', exitCode };
    const elapsed = performance.now() - started;
    if (elapsed >= limitMs) return { kind: 'timeout', loading: reply.kind === 'loading' };
    if (reply.kind === 'silent' && elapsed >= askLogAfter) {
      const why = await probes.explainSilence();
      if (why !== null) return { kind: 'unreachable', why };
      askLogAfter = elapsed + SILENCE_MS;
    }
    await Promise.race([sleep(POLL_MS, undefined, { signal: probes.aborted }), ended]);
  }
}
