/** The work's result, or a rejection as soon as the signal fires: for work that cannot be told to stop. */
export async function untilAborted<Result>(work: Promise<Result>, aborted: AbortSignal): Promise<Result> {
  const interrupted = Promise.withResolvers<never>();
  const interrupt = () => interrupted.reject(aborted.reason);
  aborted.addEventListener('abort', interrupt, { once: true });
  try {
    aborted.throwIfAborted();
    return await Promise.race([work, interrupted.promise]);
  } finally {
    aborted.removeEventListener('abort', interrupt);
  }
}
