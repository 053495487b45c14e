import { execa } from 'execa';

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
