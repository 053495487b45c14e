import { execa } from 'execa';
import { paths } from '../lib/image-paths.ts';

/** Runs another verb as it would be run by hand, with our own terminal, and gives its exit code. Ctrl-C reaches both. */
export async function runScript(verb: string, args: readonly string[]): Promise<number> {
  console.error(`npm run ${verb} -- ${args.join(' ')}`);
  const ran = await execa(process.execPath, [`${paths.root}scripts/${verb}.ts`, ...args], {
    stdio: 'inherit',
    reject: false,
  });
  return ran.exitCode ?? 70;
}

/** Calls `run` with each list of arguments, whether or not the one before failed, and gives the first exit code that is not 0. */
export async function runEach(
  calls: readonly (readonly string[])[],
  aborted: AbortSignal,
  run: (args: readonly string[]) => Promise<number>,
): Promise<number> {
  let result = 0;
  for (const args of calls) {
    const code = await run(args);
    aborted.throwIfAborted();
    if (result === 0) result = code;
  }
  return result;
}
