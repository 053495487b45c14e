import { StartError } from './start-error.ts';

/** Prints why the command failed, and gives the exit code. A stack appears only for what is a fault of this program. */
export function fail(command: string, error: unknown, stderr: NodeJS.WriteStream): number {
  if (error instanceof StartError) {
    stderr.write(`npm ${command}: ${error.message}\n`);
    if (error.fix !== null) stderr.write(`${error.fix.replace(/^/gm, '  ')}\n`);
    return error.exitCode;
  }
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    stderr.write(depth === 0 ? `npm ${command}: ${cause.message}\n` : `  because: ${cause.message}\n`);
  }
  if (!(error instanceof Error)) stderr.write(`npm ${command}: ${String(error)}\n`);
  return 1;
}
