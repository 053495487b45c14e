import {
  chmodSync,
  chownSync,
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Bytes } from '../bytes.ts';

/**
 * Replaces nodes.conf under the lock that the server itself takes on it (cluster_legacy.c, clusterLockConfig): a second server on the same
 * directory must find what it would find without us. Node has no flock: the program of that name locks the descriptor that it inherits,
 * and the lock lasts as long as ours stays open.
 */
export function replaceLocked(path: string, before: Bytes, after: Bytes, copy: string): 'done' | 'locked' | 'changed' {
  const descriptor = openSync(path, 'r+');
  try {
    if (!lock(descriptor)) return 'locked';
    if (readFileSync(path, 'latin1') !== before) return 'changed';
    const { mode, uid, gid } = fstatSync(descriptor);
    writeWhole(copy, before, { mode, uid, gid });
    writeWhole(path, after, { mode, uid, gid });
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
function writeWhole(
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
    give(temporary, uid, gid);
    renameSync(temporary, path);
    syncDirectory(dirname(path));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** The server's own saves give the file to the server, so one that cannot be given away is no loss. */
function give(path: string, uid: number, gid: number): void {
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
