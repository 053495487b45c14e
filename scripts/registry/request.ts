import { retry } from '../lib/retry.ts';
import { PipelineError } from '../problems/pipeline-error.ts';

/** A whole answer: everything that is asked for here is small. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** Sends a request and gives the answer, whatever its status. */
export type Ask = (url: string, init: RequestInit) => Promise<Answer>;

export interface Patience {
  readonly aborted: AbortSignal;
  /** How long one answer may take. */
  readonly timeoutMs?: number;
  /** How long to wait before each further try. */
  readonly retryAfterMs?: readonly number[];
}

/** What a registry that is busy or restarting answers. Every request made here can be sent twice. */
const passing: readonly number[] = [429, 502, 503, 504];

/**
 * A way to send requests to one registry. A failure that may pass is tried again. Throws VP501 if no answer came, VP503 if there had been
 * one before; the signal's own reason once it has fired.
 */
export function requests(registry: string, { aborted, timeoutMs = 30_000, retryAfterMs = [300, 1500] }: Patience): Ask {
  let hasAnswered = false;
  const once: Ask = async (url, init) => {
    const signal = AbortSignal.any([aborted, AbortSignal.timeout(timeoutMs)]);
    const response = await fetch(url, { ...init, signal });
    const body = Buffer.from(await response.arrayBuffer());
    hasAnswered = true;
    return { status: response.status, headers: response.headers, body };
  };
  const sure: Ask = async (url, init) => {
    const answer = await once(url, init);
    if (passing.includes(answer.status)) throw new Busy(answer);
    return answer;
  };
  return async (url, init) => {
    try {
      return await retry({ pausesMs: retryAfterMs, signal: aborted, mayPass: () => true }, () => sure(url, init));
    } catch (cause) {
      aborted.throwIfAborted();
      if (cause instanceof Busy) return cause.answer;
      throw new PipelineError(hasAnswered ? 'VP503' : 'VP501', reason(cause, timeoutMs), { where: registry, cause });
    }
  };
}

class Busy extends Error {
  override readonly name = 'Busy';
  readonly answer: Answer;
  constructor(answer: Answer) {
    super(`it answers ${answer.status}`);
    this.answer = answer;
  }
}

/** The word of the system in it (ECONNREFUSED, ENOTFOUND): `fetch failed` says nothing. */
function reason(error: unknown, timeoutMs: number): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`;
  const cause = error instanceof Error ? error.cause : undefined;
  const word = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause ?? error);
  return `the connection failed (${word})`;
}
