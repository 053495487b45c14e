import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { reasonOf, systemPath } from './files.ts';
import type { Digest, Storage } from './host.ts';

/** The real one. Only the owner may read what it makes. */
export const storage: Storage = {
  makeDirectory: (path) => within(path, () => mkdirSync(systemPath(path), { mode: 0o700 })),
  remove: (path) => within(path, () => rmSync(systemPath(path), { recursive: true, force: true })),
  rename: (from, to) =>
    within(to, () => {
      renameSync(systemPath(from), systemPath(to));
      syncParent(to);
    }),
  write: (path, text) =>
    within(path, () => {
      writeFileSync(systemPath(path), text, { mode: 0o600, flush: true });
      syncParent(path);
    }),
  digest: (path, signal) => readThrough(path, signal, () => {}),
  async copy(from, to, signal) {
    const target = within(to, () => openSync(systemPath(to), 'wx', 0o600));
    try {
      const digest = await readThrough(from, signal, (chunk) => within(to, () => writeAll(target, chunk)));
      within(to, () => fsyncSync(target));
      return digest;
    } finally {
      closeSync(target);
    }
  },
};

const CHUNK = 1_048_576;

/** Between two chunks signals are noticed. */
async function readThrough(path: string, signal: AbortSignal, take: (chunk: Buffer) => void): Promise<Digest> {
  const hash = process.getBuiltinModule('node:crypto').createHash('sha256');
  const source = within(path, () => openSync(systemPath(path), 'r'));
  const buffer = Buffer.alloc(CHUNK);
  try {
    for (let bytes = 0; ; ) {
      const length = within(path, () => readSync(source, buffer));
      if (length === 0) return { bytes, sha256: hash.digest('hex') };
      const chunk = buffer.subarray(0, length);
      hash.update(chunk);
      take(chunk);
      bytes += length;
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    }
  } finally {
    closeSync(source);
  }
}

function writeAll(descriptor: number, chunk: Buffer): void {
  for (let rest = chunk; rest.length > 0; ) rest = rest.subarray(writeSync(descriptor, rest));
}

/** The names in a directory are data of its own. */
function syncParent(path: string): void {
  const descriptor = openSync(systemPath(path.slice(0, Math.max(1, path.lastIndexOf('/')))), 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function within<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new Error(`${path}: ${reasonOf(error)}`, { cause: error });
  }
}
