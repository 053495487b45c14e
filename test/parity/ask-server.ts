import { createConnection } from 'node:net';

/** A reply of RESP2, its bytes as latin1; a number is its digits. */
export type Reply = string | readonly Reply[];

/** Asks a server over its socket, one line a command, and returns the replies: file names and arguments need not be UTF-8. */
export function askServer(socket: string, commands: readonly string[]): Promise<readonly Reply[]> {
  return new Promise((resolve, reject) => {
    const pieces: string[] = [];
    const connection = createConnection({ path: socket });
    connection.setEncoding('latin1');
    connection.on('error', reject);
    connection.on('close', () => reject(new Error(`it hung up after ${JSON.stringify(pieces.join(''))}`)));
    connection.on('connect', () => connection.write(commands.map((command) => `${command}\r\n`).join('')));
    connection.on('data', (chunk: string) => {
      pieces.push(chunk);
      const replies = readReplies(pieces.join(''), commands.length);
      if (replies === null) return;
      resolve(replies);
      connection.destroy();
    });
  });
}

/** So many replies, or null while they are not complete. Throws for an error among them. */
function readReplies(text: string, count: number): Reply[] | null {
  let at = 0;
  const next = (): Reply => {
    const end = text.indexOf('\r\n', at);
    if (end < 0) throw new Incomplete();
    const type = text.charAt(at);
    const head = text.slice(at + 1, end);
    at = end + 2;
    if (type === '-') throw new Error(`the server said ${head}`);
    if (type === '*') return Array.from({ length: Number(head) }, next);
    if (type !== '$') return head;
    const from = at;
    at += Number(head) + 2;
    if (at > text.length) throw new Incomplete();
    return text.slice(from, at - 2);
  };
  try {
    return Array.from({ length: count }, next);
  } catch (error) {
    if (error instanceof Incomplete) return null;
    throw error;
  }
}

class Incomplete extends Error {}

/** The pairs of a reply that is a list of names and values. */
export function pairsOf(reply: Reply | undefined): Map<string, Reply> {
  const list = listOf(reply);
  return new Map(
    Array.from({ length: list.length / 2 }, (_, index) => [String(list[2 * index]), list[2 * index + 1] ?? '']),
  );
}

export function listOf(reply: Reply | undefined): readonly Reply[] {
  if (typeof reply === 'string' || reply === undefined) throw new Error(`a list was expected, got ${reply}`);
  return reply;
}
