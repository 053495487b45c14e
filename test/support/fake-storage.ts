import type { Digest, Storage } from '../../entrypoint/host/host.ts';
import { sha256 } from '../../entrypoint/host/host.ts';
import { bytesOf } from '../../entrypoint/text/bytes.ts';
import type { FakeTree } from './fake-tree.ts';

/** Storage on a tree in memory. Writing below one of the `full` paths fails. */
export function fakeStorage(tree: FakeTree, full: readonly string[]): Storage {
  const mayWrite = (path: string): void => {
    if (full.some((place) => path.startsWith(`${place}/`))) throw new Error(`${path}: no space left on device`);
  };
  const fileAt = (path: string) => {
    const node = tree.look(path);
    if (node?.kind !== 'file') throw new Error(`${path}: no such file or directory`);
    return node;
  };
  const digest = async (path: string): Promise<Digest> => {
    const { content } = fileAt(path);
    return { bytes: content.length, sha256: sha256(content) };
  };
  return {
    makeDirectory: (path) => {
      mayWrite(path);
      if (tree.look(path) !== null) throw new Error(`${path}: file already exists`);
      tree.put(path, { directory: true });
    },
    remove: (path) => tree.remove(path),
    rename: (from, to) => tree.move(from, to),
    write: (path, text) => {
      mayWrite(path);
      tree.put(path, { bytes: bytesOf(text) });
    },
    digest,
    copy: async (from, to) => {
      mayWrite(to);
      tree.put(to, { bytes: fileAt(from).content });
      return digest(to);
    },
  };
}
