import { execa } from 'execa';
import { $ } from 'zx';

/** zx without the terminal: what runs can neither ask nor print there. Rejects where it fails, with its own words. */
export const silent = $({ quiet: true, stdio: ['ignore', 'pipe', 'pipe'] });

/** The same for who looks at the exit code: 127 where the program is missing, null where a signal ended it. */
export const attempt = silent({ nothrow: true });

/** The end of a program. */
export interface Ended {
  readonly isDone: boolean;
  /** Standard output. */
  readonly text: string;
  /** Its own words on why it failed: standard error, or standard output where it complains there. */
  readonly said: string;
}

interface Given {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

/**
 * Runs a program that starts others (git its transports, apt its methods), and ends all of them when the signal fires:
 * a transport that waits for a silent remote would otherwise live on, with our pipes open. Never rejects;
 * `signal.aborted` says why it ended.
 */
export async function runGroup(
  program: string,
  args: readonly string[],
  given: Given,
  cancelSignal: AbortSignal,
): Promise<Ended> {
  const { failed, stdout, stderr, shortMessage } = await execa(program, args, {
    ...given,
    cancelSignal,
    killDescendants: true,
    forceKillAfterDelay: 2000,
    reject: false,
    stdin: 'ignore',
  });
  return { isDone: !failed, text: stdout, said: stderr || stdout || shortMessage || '' };
}

/** Standard output of a program, byte for byte. Rejects where it fails, with its own words. */
export async function bytesOf(program: string, args: readonly string[]): Promise<Buffer> {
  const { stdout } = await execa(program, args, { encoding: 'buffer', stripFinalNewline: false, stdin: 'ignore' });
  return Buffer.from(stdout);
}
