import { spawn } from 'node:child_process';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import type { Load, Reading } from './reading.ts';

const TIMEOUT = 20_000;

/**
 * What the real server makes of a command line: it is started, asked for MODULE LIST over a socket, and ended. The order is that of
 * its log, since MODULE LIST has none. A server that ends by itself has refused.
 */
export async function readServer(
  binary: string,
  cwd: string,
  args: readonly string[],
  stdin: string | null,
): Promise<Reading> {
  const socket = join(cwd, 's');
  const own = args.at(-1) === '-' ? [...args.slice(0, -1), ...tail(socket), '-'] : [...args, ...tail(socket)];
  const child = spawn(binary, own, { cwd, stdio: ['pipe', 'pipe', 'pipe'] });
  let log = '';
  let replied: Promise<Load[]> | null = null;
  const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  const ready = new Promise<void>((resolve) => {
    const collect = (chunk: Buffer): void => {
      log += chunk.toString('latin1');
      if (/Ready to accept connections/.test(log)) resolve();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
  });
  child.stdin.on('error', () => {});
  child.stdin.end(stdin === null ? '' : Buffer.from(stdin, 'latin1'));
  const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT);
  const first = await Promise.race([ready.then(() => 'ready' as const), ended.then(() => 'ended' as const)]);
  if (first === 'ready') {
    replied = moduleList(socket).catch((error: unknown) => {
      throw new Error(`MODULE LIST failed: ${String(error)}\n${own.join(' ')}\n${log}`);
    });
    await replied.catch(() => {});
    child.kill('SIGKILL');
  }
  await ended;
  clearTimeout(timer);
  return replied === null
    ? { kind: 'refused', why: lastWords(log) }
    : { kind: 'loads', loads: inLogOrder(await replied, log) };
}

/** What every start needs so that servers do not meet, and end quickly; it stands behind what is tested. */
function tail(socket: string): string[] {
  return [
    '--port 0',
    `--unixsocket ${socket}`,
    '--save ""',
    '--appendonly no',
    '--loglevel notice',
    '--logfile ""',
    '--daemonize no',
  ];
}

function lastWords(log: string): string {
  return log.trim().split('\n').slice(-4).join(' | ');
}

interface Listed extends Load {
  readonly name: string;
}

/** `Module 'report000003' loaded from ...` lines come in the order of loading. */
function inLogOrder(listed: readonly Load[], log: string): Load[] {
  const byName = new Map((listed as readonly Listed[]).map(({ name, path, args }) => [name, { path, args }]));
  return [...log.matchAll(/Module '(report\d+)' loaded from/g)].flatMap((match) => byName.get(match[1] ?? '') ?? []);
}

/** MODULE LIST over RESP2, as bytes: file names and arguments need not be UTF-8. */
function moduleList(path: string): Promise<Load[]> {
  return new Promise((resolve, reject) => {
    let text = '';
    const connection = createConnection({ path });
    connection.setEncoding('latin1');
    connection.on('error', reject);
    connection.on('connect', () => connection.write('MODULE LIST\r\n'));
    connection.on('data', (chunk: string) => {
      text += chunk;
      const value = parse(text);
      if (value === null) return;
      connection.destroy();
      resolve((value as unknown[]).map(asListed));
    });
  });
}

function asListed(value: unknown): Listed {
  const fields = value as unknown[];
  const field = (name: string): unknown => fields[fields.indexOf(name) + 1];
  return { name: String(field('name')), path: String(field('path')), args: (field('args') as unknown[]).map(String) };
}

/** One RESP2 value, or null while it is not complete. */
function parse(text: string): unknown {
  let at = 0;
  const next = (): unknown => {
    const end = text.indexOf('\r\n', at);
    if (end < 0) throw new Incomplete();
    const type = text.charAt(at);
    const head = text.slice(at + 1, end);
    at = end + 2;
    if (type === '*') return Array.from({ length: Number(head) }, next);
    if (type !== '$') return head;
    const from = at;
    at += Number(head) + 2;
    if (at > text.length) throw new Incomplete();
    return text.slice(from, at - 2);
  };
  try {
    return next();
  } catch (error) {
    if (error instanceof Incomplete) return null;
    throw error;
  }
}

class Incomplete extends Error {}
