import process from 'node:process';
import { execa } from 'execa';
import { PipelineError } from '../problems/pipeline-error.ts';

/** Runs cosign; gives what it printed on standard output. Throws VP621 with its own words. The password of a key comes from the caller's environment. */
export async function runCosign(program: string, args: readonly string[], aborted: AbortSignal): Promise<string> {
  const ran = await execa(program, args, {
    // Without the variable it would ask on a terminal for the password of a key that has none.
    env: { COSIGN_PASSWORD: process.env['COSIGN_PASSWORD'] ?? '' },
    reject: false,
    stdin: 'ignore',
    cancelSignal: aborted,
  });
  aborted.throwIfAborted();
  if (ran.exitCode === 0) return ran.stdout;
  const details = [ran.stderr, ran.stdout].filter((text) => text !== '').join('\n') || ran.shortMessage;
  throw new PipelineError('VP621', `cosign ${args[0] ?? ''} ended with ${ran.exitCode ?? 'no exit code'}`, {
    where: args.at(-1) ?? '',
    ...(details === undefined ? {} : { details }),
  });
}
