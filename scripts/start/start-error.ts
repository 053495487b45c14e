/** EX_USAGE of sysexits.h. */
const USAGE_EXIT = 64;

/** A failure that the user can act on: `message` says what, where and the value got, `fix` what to do about it. */
export class StartError extends Error {
  readonly fix: string | null;
  readonly exitCode: number;

  constructor(message: string, options: { fix?: string; exitCode?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'StartError';
    this.fix = options.fix ?? null;
    this.exitCode = options.exitCode ?? 1;
  }
}

/** The command line is wrong: nothing was done. */
export function usageError(message: string, fix: string): StartError {
  return new StartError(message, { fix, exitCode: USAGE_EXIT });
}
