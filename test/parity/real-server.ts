import { spawn } from 'node:child_process';
import { createConnection, type NetConnectOpts } from 'node:net';
import { join } from 'node:path';
import { FREE_DIRECTIVES, type Load, type Meaning, type ServerReading } from './case.ts';

const TIMEOUT = 180_000;

/** Directives whose values are asked for: some of those that cases set, and those that a plan adds. */
const ASKED = ['dir', ...FREE_DIRECTIVES, 'maxclients', 'maxmemory', 'databases', 'hz', 'masterauth'];

/**
 * What the real server makes of a command line: it is started, asked for MODULE LIST and directives, at its socket or at `address`, and ended. Exit code
 * 1 is a refusal. Throws where it neither answers nor ends in time.
 */
export async function readServer(
  binary: string,
  cwd: string,
  args: readonly string[],
  stdin: string | null,
  address: NetConnectOpts = { path: socketIn(cwd) },
): Promise<ServerReading> {
  const child = spawn(binary, args, { cwd, stdio: ['pipe', 'pipe', 'pipe'] });
  const log: string[] = [];
  const ended = new Promise<Ended>((resolve) => child.on('close', (code, signal) => resolve({ code, signal })));
  const ready = new Promise<'ready'>((resolve) => {
    const collect = (chunk: Buffer): void => {
      log.push(chunk.toString('latin1'));
      if (/Ready to accept connections/.test(log.slice(-2).join(''))) resolve('ready');
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
  });
  child.stdin.on('error', () => {});
  child.stdin.end(stdin === null ? '' : Buffer.from(stdin, 'latin1'));
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill('SIGKILL');
  }, TIMEOUT);
  try {
    const first = await Promise.race([ready, ended]);
    const text = (): string => log.join('');
    if (isLate) throw new Error(`the server neither answered nor ended in ${TIMEOUT} ms`);
    if (first !== 'ready') return endedReading(first, text());
    const [modules, settings] = await askServer(address, ['MODULE LIST', `CONFIG GET ${ASKED.join(' ')}`]);
    child.kill('SIGKILL');
    // The log is whole once its pipes are closed.
    await ended;
    return { kind: 'loads', ...meaningOf(modules, settings, text()) };
  } catch (error) {
    const told = error instanceof Error ? error.message : String(error);
    throw new Error(`${told}\n${JSON.stringify(args)} in ${cwd}\n${log.join('')}`, { cause: error });
  } finally {
    child.kill('SIGKILL');
    await ended;
    clearTimeout(timer);
  }
}

/** Puts in what every start needs so that servers do not meet, and are quick. */
export function withTail(args: readonly string[], cwd: string): string[] {
  return args.toSpliced(tailIndex(args), 0, ...TAIL, `--unixsocket ${socketIn(cwd)}`);
}

/**
 * Whether an argument, by its index, was put in. They stand behind what is tested, before a last `-`; or, where the first option is one,
 * every other time before it, since what ends a command line is special.
 */
export function isOfTail(args: readonly string[], index: number): boolean {
  const from = tailIndex(args);
  return index >= from && index <= from + TAIL.length;
}

function tailIndex(args: readonly string[]): number {
  const firstOption = args.findIndex((text) => text.startsWith('--'));
  if (args.length % 2 === 0 && firstOption >= 0 && firstOption <= 1) return firstOption;
  return args.length > 1 && args.at(-1) === '-' ? args.length - 1 : args.length;
}

const TAIL = [
  // Twice: an option that still awaits its value takes the first.
  '--port 0',
  '--port 0',
  '--save ""',
  '--appendonly no',
  '--loglevel notice',
  '--logfile ""',
  '--daemonize no',
];

/** The directives that are put in. */
export const TAIL_NAMES = ['unixsocket', ...TAIL.map((text) => text.replace(/^--| .*$/g, ''))];

function socketIn(cwd: string): string {
  return join(cwd, 's');
}

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
}

function endedReading({ code, signal }: Ended, log: string): ServerReading {
  const why = log.trim().split('\n').slice(-4).join(' | ');
  if (code !== 1) return { kind: 'crashed', how: signal ?? `exit code ${code}`, why };
  const shown = /Reading the configuration file, at line \d+\n>>> '([^\n]*)'\n([^\n]*)\n$/.exec(log);
  if (shown === null) return { kind: 'refused', line: null, why };
  return { kind: 'refused', line: shown[1] ?? '', why: shown[2] ?? '' };
}

/** MODULE LIST has no order: that is the log's. Throws unless both name the same modules. */
function meaningOf(modules: Reply | undefined, settings: Reply | undefined, log: string): Meaning {
  const listed = new Map(listOf(modules).flatMap((module) => loadOf(pairsOf(module))));
  const order = [...log.matchAll(/Module '(report\d+|echo\d)' loaded from/g)].map((match) => match[1] ?? '');
  if (order.length !== listed.size)
    throw new Error(`MODULE LIST has ${listed.size} modules, and the log ${order.length}`);
  const loads = order.map((name) => {
    const load = listed.get(name);
    if (load === undefined) throw new Error(`the log has ${name}, and MODULE LIST has not`);
    return load;
  });
  const { dir = '', ...values } = Object.fromEntries(
    [...pairsOf(settings)].map(([name, value]) => [name, String(value)]),
  );
  return { loads, directory: dir, values };
}

/** A load by the module's name; none for the module that is part of the server. */
function loadOf(fields: ReadonlyMap<string, Reply>): Array<readonly [string, Load]> {
  const name = String(fields.get('name'));
  if (name === 'lua') return [];
  return [[name, { path: String(fields.get('path')), args: listOf(fields.get('args')).map(String) }]];
}

/** A reply of RESP2, its bytes as latin1; a number is its digits. */
type Reply = string | readonly Reply[];

/** Asks a server, one line a command, and returns the replies: file names and arguments need not be UTF-8. */
function askServer(address: NetConnectOpts, commands: readonly string[]): Promise<readonly Reply[]> {
  return new Promise((resolve, reject) => {
    const pieces: string[] = [];
    const connection = createConnection(address);
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
function pairsOf(reply: Reply | undefined): Map<string, Reply> {
  const list = listOf(reply);
  return new Map(
    Array.from({ length: list.length / 2 }, (_, index) => [String(list[2 * index]), list[2 * index + 1] ?? '']),
  );
}

function listOf(reply: Reply | undefined): readonly Reply[] {
  if (typeof reply === 'string' || reply === undefined) throw new Error(`a list was expected, got ${reply}`);
  return reply;
}
