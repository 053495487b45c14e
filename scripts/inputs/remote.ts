import { PipelineError } from '../lib/pipeline-error.ts';
import { retry } from '../lib/retry.ts';
import { lastLine } from '../lib/text.ts';

/** Limits for waiting for a remote. */
export interface Patience {
  readonly attempts: number;
  /** Before the second attempt; doubles from there on. */
  readonly pauseMs: number;
  /** A transfer below this many bytes a second ... */
  readonly lowSpeedLimit: number;
  /** ... for this many seconds has stalled. */
  readonly lowSpeedTime: number;
  /** For one operation, with all its attempts. */
  readonly timeoutMs: number;
}

/** An operation that takes its time is mentioned again this often. */
const mentionMs = 15_000;

/** A quarter of an hour is enough for the largest repository (grpc with its submodules) on a slow line. */
export const defaultPatience: Patience = {
  attempts: 3,
  pauseMs: 1000,
  lowSpeedLimit: 1000,
  lowSpeedTime: 30,
  timeoutMs: 15 * 60_000,
};

/** Given to every operation on a remote. */
export interface Remote {
  readonly patience: Patience;
  readonly aborted: AbortSignal;
  readonly report: (line: string) => void;
}

/** A failure that may pass: the connection, or the answer. Thrown by what withRetries runs. */
export class PassingFailure extends Error {
  override readonly name = 'PassingFailure';
}

/**
 * Runs one operation on a remote, again where it failed with a PassingFailure. Throws VP206 once attempts or time are
 * used up, and the reason of the abort. `where`: the address; `work` gets a signal that ends with the time, and must
 * end soon after it.
 */
export async function withRetries<Result>(
  where: string,
  { patience, aborted, report }: Remote,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const deadline = AbortSignal.timeout(patience.timeoutMs);
  const signal = AbortSignal.any([aborted, deadline]);
  const pausesMs = Array.from({ length: patience.attempts - 1 }, (_, index) => patience.pauseMs * 2 ** index);
  const mayPass = (error: unknown): boolean => error instanceof PassingFailure;
  const onPause = (error: unknown, waitMs: number): void => {
    const said = error instanceof Error ? lastLine(error.message) : String(error);
    report(`${where}: ${said}; trying again in ${waitMs / 1000} s`);
  };
  try {
    return await retry({ pausesMs, signal, mayPass, onPause }, async () => {
      const begun = Date.now();
      const seconds = (): number => Math.round((Date.now() - begun) / 1000);
      const mention = setInterval(() => report(`${where}: at work for ${seconds()} s`), mentionMs);
      return await work(signal).finally(() => clearInterval(mention));
    });
  } catch (error) {
    aborted.throwIfAborted();
    if (deadline.aborted) throw noAnswer(where, `no result within ${patience.timeoutMs / 1000} s`, error);
    throw mayPass(error) ? noAnswer(where, `failed ${patience.attempts} times`, error) : error;
  }
}

function noAnswer(where: string, what: string, cause: unknown): PipelineError {
  const said = cause instanceof Error ? cause.message.trim() : '';
  return new PipelineError('VP206', what, { where, cause, ...(said === '' ? {} : { details: indent(said) }) });
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  | ');
}
