import {
  chmodSync,
  chownSync,
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Bytes } from '../text/bytes.ts';
import { type Host, type KnownNode, type Resolved, SURE } from './host.ts';

/**
 * Addresses of nodes' names, for a start, which cannot wait for anything itself: a second process of our own asks for
 * all of them at once, and is ended when the time is up. `getent` would ask for one after the other, so one slow name
 * would use up the time of all. Its messages go where a start prints its own.
 */
export function resolve(nodes: readonly KnownNode[], limits: Parameters<Host['resolve']>[1]): Resolved {
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const { resolveMs, confirmMs } = limits;
  const options = ['--within', String(resolveMs), '--confirm', String(confirmMs)];
  const known = nodes.map(({ host, ip, busPort }) => `${host}=${ip}@${busPort}`);
  const { stdout } = spawnSync(realpathSync(process.execPath), ['resolve', ...options, ...known], {
    argv0: 'valkey-bundle',
    // getaddrinfo blocks a thread: one for each name, and a name server that says nothing is asked again soon.
    env: { UV_THREADPOOL_SIZE: '64', RES_OPTIONS: process.env['RES_OPTIONS'] ?? 'timeout:1 attempts:2' },
    encoding: 'utf8',
    // It ends by itself; this is for a resolver that does not come back.
    timeout: Math.max(resolveMs, confirmMs) + 200,
    // A tool ends in its own time at SIGTERM, and a lookup in the system's resolver cannot be called off.
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const addresses = stdout.split('\n').flatMap((line) => {
    const [name, ...found] = line.split(' ');
    return name === undefined || found.length === 0 ? [] : [[name, found] as const];
  });
  return { addresses: new Map(addresses), isSure: confirmMs === 0 || stdout.split('\n').includes(SURE) };
}

/**
 * Replaces nodes.conf under the lock that the server itself takes on it (cluster_legacy.c, clusterLockConfig): a second
 * server on the same directory must find what it would find without us. Node has no flock: the program of that name
 * locks the descriptor that it inherits, and the lock lasts as long as ours stays open.
 */
export function replaceLocked(path: string, before: Bytes, after: Bytes, copy: string): 'done' | 'locked' | 'changed' {
  const descriptor = openSync(path, 'r+');
  try {
    if (!lock(descriptor)) return 'locked';
    if (readFileSync(path, 'latin1') !== before) return 'changed';
    const { mode, uid, gid } = fstatSync(descriptor);
    writeInPlace(copy, before, { mode, uid, gid });
    writeInPlace(path, after, { mode, uid, gid });
    return 'done';
  } finally {
    closeSync(descriptor);
  }
}

function lock(descriptor: number): boolean {
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const { status, error } = spawnSync('flock', ['--nonblock', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', descriptor],
    timeout: 1000,
  });
  if (error !== undefined) throw new Error(`flock cannot be run (${error.message})`);
  return status === 0;
}

/** Under a name of its own, to the disk, then in its place: whoever reads sees the former text or the new one. */
function writeInPlace(
  path: string,
  text: Bytes,
  { mode, uid, gid }: { readonly mode: number; readonly uid: number; readonly gid: number },
): void {
  const temporary = `${path}.new-${process.pid}`;
  try {
    const descriptor = openSync(temporary, 'w', 0o600);
    try {
      writeFileSync(descriptor, text, 'latin1');
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    chmodSync(temporary, mode & 0o7777);
    giveFile(temporary, uid, gid);
    renameSync(temporary, path);
    syncDirectory(dirname(path));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** The server's own saves give the file to the server, so it does no harm where the file cannot be given away. */
function giveFile(path: string, uid: number, gid: number): void {
  if (uid === process.getuid?.() && gid === process.getgid?.()) return;
  try {
    chownSync(path, uid, gid);
  } catch {
    // Not ours to give.
  }
}

function syncDirectory(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
