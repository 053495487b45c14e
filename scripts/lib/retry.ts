import { setTimeout as pause } from 'node:timers/promises';

export interface Retry {
  /** The pauses before each further try. */
  readonly pausesMs: readonly number[];
  /** Ends the waiting: then the last failure is thrown. */
  readonly signal?: AbortSignal;
  readonly mayPass: (error: unknown) => boolean;
  readonly onPause?: (error: unknown, waitMs: number) => void;
}

/**
 * Does the work, and again after each pause as long as its failure may pass. zx's own `retry` knows neither a signal
 * nor what will not pass.
 */
export async function retry<Result>(
  { pausesMs, signal, mayPass, onPause }: Retry,
  work: () => Promise<Result>,
): Promise<Result> {
  for (const wait of pausesMs) {
    try {
      return await work();
    } catch (error) {
      if (signal?.aborted || !mayPass(error)) throw error;
      onPause?.(error, wait);
      await pause(wait, undefined, { ...(signal && { signal }) }).catch(() => {
        throw error;
      });
    }
  }
  return await work();
}
