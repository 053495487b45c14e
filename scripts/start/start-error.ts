import { PipelineError } from '../lib/pipeline-error.ts';

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

/** Prints why the command failed, and gives the exit code. A stack appears only for what is a fault of this program. */
export function fail(command: string, error: unknown, stderr: NodeJS.WriteStream): number {
  if (error instanceof StartError) {
    stderr.write(`npm ${command}: ${error.message}\n`);
    if (error.fix !== null) stderr.write(`${error.fix.replace(/^/gm, '  ')}\n`);
    return error.exitCode;
  }
  if (error instanceof PipelineError) {
    stderr.write(`npm ${command}: ${error.message}\n`);
    return error.exitCode;
  }
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    stderr.write(depth === 0 ? `npm ${command}: ${cause.message}\n` : `  because: ${cause.message}\n`);
  }
  if (!(error instanceof Error)) stderr.write(`npm ${command}: ${String(error)}\n`);
  return 1;
}
