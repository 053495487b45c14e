import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  lchownSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { globPaths } from '../conf/glob.ts';
import { asBytes, type Bytes, bytesOf, messageOf, pathOf } from '../text/bytes.ts';
import { absolute } from '../text/place.ts';
import type { ConfFiles, ConfRead, Executable, ModuleFile, ModuleFiles, User } from './host.ts';

/** Configuration and module files of the real system. */
export const realFiles: ConfFiles & ModuleFiles = {
  readConf,
  glob,
  realFile,
  realDirectory,
  listDirectory,
  inspect,
  readAt,
};

function readConf(path: string): ConfRead {
  try {
    const file = systemPath(path);
    const stats = statSync(file);
    if (stats.isDirectory()) return { kind: 'directory' };
    if (stats.isFIFO()) return { kind: 'special', what: 'FIFO' };
    if (stats.isSocket()) return { kind: 'special', what: 'socket' };
    // /dev/null is how one says "an empty file"; it neither blocks nor changes.
    if (stats.isCharacterDevice() && stats.rdev !== NULL_DEVICE) return { kind: 'special', what: 'character device' };
    if (stats.isBlockDevice()) return { kind: 'special', what: 'block device' };
    return { kind: 'text', text: asBytes(readFileSync(file, 'latin1')) };
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return { kind: 'missing' };
    return { kind: 'unreadable', why: reasonOf(error) };
  }
}

/** makedev(1, 3) of Linux (null(4)): a link to /dev/null is /dev/null. */
const NULL_DEVICE = 0x103;

function glob(pattern: string, cwd: string): string[] {
  return globPaths(pattern, cwd, {
    exists,
    list: (path) => {
      const names = listDirectory(path);
      return 'problem' in names ? null : names;
    },
  });
}

function exists(path: string): boolean {
  try {
    lstatSync(systemPath(path));
    return true;
  } catch {
    return false;
  }
}

function realFile(path: string): string {
  try {
    return pathOf(asBytes(realpathSync.native(systemPath(path), 'latin1')));
  } catch {
    return path;
  }
}

function realDirectory(path: string): string | null {
  try {
    return statSync(systemPath(path)).isDirectory() ? realFile(path) : null;
  } catch {
    return null;
  }
}

function listDirectory(path: string): readonly string[] | { readonly problem: string } {
  try {
    return namesIn(path);
  } catch (error) {
    return { problem: reasonOf(error) };
  }
}

function inspect(path: string): ModuleFile {
  let descriptor: number | null = null;
  try {
    const file = systemPath(path);
    const stats = statSync(file);
    if (stats.isDirectory()) return { kind: 'directory' };
    if (!stats.isFile()) return { kind: 'unreadable', why: 'not a regular file' };
    descriptor = openSync(file, constants.O_RDONLY);
    const head = Buffer.alloc(64);
    const length = readSync(descriptor, head);
    return { kind: 'file', mode: stats.mode, head: bytesOfBuffer(head.subarray(0, length)) };
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return { kind: 'missing' };
    return { kind: 'unreadable', why: reasonOf(error) };
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

function readAt(path: string, offset: number, length: number): Buffer {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(systemPath(path), constants.O_RDONLY);
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(descriptor, bytes, 0, length, offset));
  } catch {
    return Buffer.alloc(0);
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

/**
 * As execvp does: a name with a slash is a path, any other is looked for on PATH; a file that may not be executed is
 * remembered.
 */
export function findExecutable(name: string, searchPath: string): Executable {
  const isPath = name.includes('/');
  if (name === '') return { kind: 'missing' };
  const candidates = isPath ? [name] : searchPath.split(':').map((directory) => `${directory || '.'}/${name}`);
  let denied: Executable | null = null;
  for (const path of candidates) {
    if (!existsSync(path)) continue;
    try {
      if (statSync(path).isDirectory()) {
        // On PATH a directory is passed over; named as a path it is what cannot be executed.
        if (!isPath) continue;
        throw new Error('it is a directory');
      }
      accessSync(path, constants.X_OK);
      return { kind: 'found', path: absolute(path, process.cwd()) };
    } catch (error) {
      denied ??= { kind: 'denied', path, why: reasonOf(error) };
    }
  }
  return denied ?? { kind: 'missing' };
}

export function bytesOfBuffer(buffer: Buffer): Bytes {
  return asBytes(buffer.toString('latin1'));
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/** The kernel's reason in words: `permission denied` of `EACCES: permission denied, open '/x'`. */
export function reasonOf(error: unknown): string {
  const message = messageOf(error);
  return /^[A-Z0-9]+: ([^,]+)/.exec(message)?.[1] ?? message;
}

/** A path as the kernel is to get it, byte for byte. Most need no more than their string. */
export function systemPath(path: string): string | Buffer {
  return /^[\x01-\x7f]*$/.test(path) ? path : Buffer.from(bytesOf(path), 'latin1');
}

/** The names in a directory, each with all of its bytes. Throws what readdir does. */
function namesIn(directory: string): string[] {
  return readdirSync(systemPath(directory), 'latin1').map((name) => pathOf(asBytes(name)));
}

/** Gives one path to the user, links not followed. */
export function give(path: string, user: User): void {
  try {
    if (lstatSync(systemPath(path)).uid !== user.uid) lchownSync(systemPath(path), user.uid, user.gid);
  } catch {
    // The caller checks afterwards that the user can write.
  }
}

/** Gives a directory and everything below it that is not the user's to the user. Links are given, never followed. */
export function own(directory: string, user: User): readonly string[] {
  const failed: string[] = [];
  const waiting = [directory];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    try {
      const stats = lstatSync(systemPath(path));
      if (stats.uid !== user.uid) lchownSync(systemPath(path), user.uid, user.gid);
      if (stats.isDirectory()) for (const name of namesIn(path)) waiting.push(`${path}/${name}`);
    } catch (error) {
      // A file that vanished meanwhile needs no owner.
      if (codeOf(error) !== 'ENOENT') failed.push(path);
    }
  }
  return failed;
}
