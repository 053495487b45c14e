export type Interruption = Readonly<{
  /** Fires with the first signal. */
  aborted: AbortSignal;
  happened: Promise<{ readonly signal: NodeJS.Signals }>;
  again: Promise<void>;
}>;

/** Ctrl-C reaches this process from the terminal and once more from the npm above it: only a later one is a second one. */
const SAME_KEY_MS = 1_000;

/** From here on SIGINT, SIGTERM and SIGHUP (a closed terminal) end nothing by themselves: whoever holds this decides. */
export function catchInterruption(): Interruption {
  const controller = new AbortController();
  const first = Promise.withResolvers<{ readonly signal: NodeJS.Signals }>();
  const second = Promise.withResolvers<void>();
  let firstAt: number | null = null;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      firstAt ??= performance.now();
      if (performance.now() - firstAt > SAME_KEY_MS) second.resolve();
      first.resolve({ signal });
      controller.abort();
    });
  }
  return { aborted: controller.signal, happened: first.promise, again: second.promise };
}
