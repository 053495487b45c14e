import process from 'node:process';
import { execa } from 'execa';

/** How a program ended. */
export interface Ended {
  readonly isDone: boolean;
  /** Standard output as it was. */
  readonly bytes: Uint8Array;
  /** Standard output as text, without the newline at its end. */
  readonly text: string;
  /** Why it failed, in its own words: standard error, or standard output where it complains there. */
  readonly said: string;
}

interface Given {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

/** How long a program may take to end once it was told to. */
const graceMs = 2000;

/**
 * Runs a program that starts others (git its transports, apt its methods), and ends all of them when the signal fires: a transport that
 * waits for a silent remote would otherwise live on, with our pipes open. Never rejects; `signal.aborted` says why it ended.
 */
export async function runGroup(
  program: string,
  args: readonly string[],
  { env = {}, cwd = process.cwd() }: Given,
  signal: AbortSignal,
): Promise<Ended> {
  const options = { env, cwd, stdin: 'ignore', encoding: 'buffer', reject: false, detached: true } as const;
  const child = execa(program, args, { ...options, stripFinalNewline: false });
  let force: NodeJS.Timeout | undefined;
  const end = (): void => {
    kill(child.pid, 'SIGTERM');
    force = setTimeout(() => kill(child.pid, 'SIGKILL'), graceMs);
  };
  const endAtOnce = (): void => kill(child.pid, 'SIGKILL');
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  // A group of its own does not end with us.
  process.once('exit', endAtOnce);
  try {
    const ran = await child;
    const text = textOf(ran.stdout);
    return {
      isDone: ran.exitCode === 0,
      bytes: ran.stdout ?? new Uint8Array(),
      text,
      said: textOf(ran.stderr) || text || ran.shortMessage || '',
    };
  } finally {
    signal.removeEventListener('abort', end);
    process.off('exit', endAtOnce);
    clearTimeout(force);
  }
}

function textOf(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? [])
    .toString('utf8')
    .replace(/\n$/, '');
}

function kill(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended in the meantime.
  }
}
