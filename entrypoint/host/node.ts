import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs';
import type { Bytes } from '../text/bytes.ts';
import { bytesOfBuffer, codeOf, findExecutable, give, own, realFiles, reasonOf, systemPath } from './files.ts';
import { replaceLocked, resolve } from './healing.ts';
import type { Host, User } from './host.ts';
import { candidates, closedPlaces, lastStart, removeStale, writePrivate } from './runtime.ts';
import { storage } from './storage.ts';
import { nodeWaiting } from './waiting.ts';

/** The real system, behind the capabilities of host.ts. */
export function nodeHost(): Host {
  return {
    ...realFiles,
    arch: process.arch,
    pid: process.pid,
    parentPid: process.ppid,
    firstProcess,
    cwd: process.cwd(),
    identity: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
    self: realFiles.realFile(process.execPath),
    isTerminal: { stdout: isTerminal(1), stderr: isTerminal(2) },
    cpuFlags,
    network,
    lookupUser,
    candidates,
    closedPlaces,
    removeStale: () => removeStale(),
    writePrivate,
    own,
    give,
    readStdin,
    readSmall,
    findExecutable: (name) => findExecutable(name, process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'),
    lastStart: () => lastStart(),
    run: runToEnd,
    canWrite: (path) => mayAccess(path, constants.W_OK | constants.X_OK),
    mayRead: (path) => mayAccess(path, constants.R_OK),
    mayWrite: (path) => mayAccess(path, constants.W_OK),
    print,
    dropTo,
    setUmask: (mask) => process.umask(mask),
    restoreSignals,
    exec,
    exit: (code) => process.exit(code),
    resolve,
    replaceLocked,
    waiting: nodeWaiting,
    storage,
  };
}

/**
 * Only a character device can be a terminal, and only for one of those is the module with the real answer worth
 * loading.
 */
function isTerminal(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice() && process.getBuiltinModule('node:tty').isatty(descriptor);
  } catch {
    return false;
  }
}

function cpuFlags(): ReadonlySet<string> {
  try {
    const line = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(firstProcessor());
    return new Set(line?.[1]?.split(' ') ?? []);
  } catch {
    return new Set();
  }
}

/** comm of proc(5): the base name of its executable, 15 bytes at most. */
function firstProcess(): string {
  try {
    return readFileSync('/proc/1/comm', 'utf8').trimEnd();
  } catch {
    return '';
  }
}

/** The beginning of /proc/cpuinfo: it has an entry for each processor, and they are alike. */
function firstProcessor(): string {
  const descriptor = openSync('/proc/cpuinfo', constants.O_RDONLY);
  try {
    const head = Buffer.alloc(16_384);
    return head.toString('latin1', 0, readSync(descriptor, head));
  } finally {
    closeSync(descriptor);
  }
}

/**
 * A start asks in cluster mode alone, and so does the tool where it asks its own server. A sandbox may refuse to list
 * interfaces: then there is no address.
 */
function network(): { hostName: string; addresses: readonly string[] } {
  const { hostname, networkInterfaces } = process.getBuiltinModule('node:os');
  try {
    const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
    return { hostName: hostname(), addresses: all.filter(({ internal }) => !internal).map(({ address }) => address) };
  } catch {
    return { hostName: hostname(), addresses: [] };
  }
}

/** From /etc/passwd: an image has no other source of names. */
function lookupUser(name: string): User | null {
  try {
    for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
      const [user, , uid, gid] = line.split(':');
      if (user === name && uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
    }
  } catch {
    // Without the file there is no user.
  }
  return null;
}

function readStdin(): Bytes {
  const chunks: Buffer[] = [];
  const chunk = Buffer.alloc(65_536);
  for (;;) {
    try {
      const length = readSync(0, chunk);
      if (length === 0) return bytesOfBuffer(Buffer.concat(chunks));
      chunks.push(Buffer.from(chunk.subarray(0, length)));
    } catch (error) {
      if (codeOf(error) === 'EOF') return bytesOfBuffer(Buffer.concat(chunks));
      if (codeOf(error) !== 'EAGAIN') throw error;
      waitBriefly();
    }
  }
}

const SMALL = 1_048_576;

function readSmall(path: string): { text: string } | { problem: string } {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) return { problem: 'not a regular file' };
    if (stats.size > SMALL) return { problem: `larger than ${SMALL} bytes` };
    return { text: readFileSync(path, 'utf8') };
  } catch (error) {
    return { problem: reasonOf(error) };
  }
}

function runToEnd(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  timeout = 5000,
): string {
  // Loaded when it is needed: a start never is the one that needs it, and it brings half of Node along.
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const result = spawnSync(program, args, { env, encoding: 'utf8', timeout, stdio: ['ignore', 'pipe', 'pipe'] });
  return result.error === undefined ? `${result.stdout}${result.stderr}` : result.error.message;
}

function mayAccess(path: string, mode: number): boolean {
  try {
    accessSync(systemPath(path), mode);
    return true;
  } catch {
    return false;
  }
}

/**
 * Whole and blocking. A descriptor that somebody else made non-blocking is waited for, since a lost error message is
 * worse.
 */
function print(stream: 'stdout' | 'stderr', text: string): void {
  const descriptor = stream === 'stdout' ? 1 : 2;
  let rest = Buffer.from(text, 'utf8');
  for (let attempt = 0; rest.length > 0 && attempt < 1000; ) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
      attempt = 0;
    } catch (error) {
      // A reader that went away must not keep the server from starting.
      if (codeOf(error) !== 'EAGAIN') return;
      attempt += 1;
      waitBriefly();
    }
  }
}

/** Ten milliseconds: there is no event loop to return to, and nothing to be woken by. */
function waitBriefly(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
}

function dropTo(user: User): void {
  process.setgroups?.([user.gid]);
  process.setgid?.(user.gid);
  process.setuid?.(user.uid);
}

/**
 * A handled signal goes back to its default at execve, an ignored one stays ignored (signal(7)): so handle what Node
 * ignores.
 */
function restoreSignals(): void {
  for (const signal of ['SIGPIPE', 'SIGXFSZ'] as const) process.on(signal, () => {});
}

function exec(path: string, argv: readonly string[], env: Readonly<Record<string, string | undefined>>): never {
  const defined = Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  try {
    process.execve?.(path, argv, defined);
  } catch (error) {
    // Node's message is a code that may be empty, a comma, the kernel's reason and the path.
    const reason = error instanceof Error ? /, (.+) '/.exec(error.message)?.[1] : undefined;
    throw reason === undefined ? error : new Error(reason, { cause: error });
  }
  throw new Error('this Node cannot replace its process');
}
