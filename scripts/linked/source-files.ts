import { readdir, readFile, readlink } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { bytesOf } from '../lib/run.ts';

/** The files of one repository, or of one folder, of a fetched source. */
export interface SourceFiles {
  /** From its root; links are among them, what lies behind a link to a folder is not. */
  readonly paths: readonly string[];
  /** The content of a file; null where there is none, or only a link that leads nowhere in here. */
  read(path: string): Promise<Buffer | null>;
}

interface Entry {
  readonly isLink: boolean;
  readonly content: () => Promise<Buffer>;
}

/** The files of a commit in a bare repository, read there: nothing is checked out. */
export async function filesOfCommit(bare: string, commit: string): Promise<SourceFiles> {
  const listed = await bytesOf('git', ['--git-dir', bare, 'ls-tree', '-r', '-z', '--full-tree', commit]);
  const entries = new Map<string, Entry>();
  for (const line of listed.toString().split('\0')) {
    const [, mode, blob, path] = /^(\d+) blob ([0-9a-f]+)\t(.+)$/s.exec(line) ?? [];
    if (mode === undefined || blob === undefined || path === undefined) continue;
    const content = (): Promise<Buffer> => bytesOf('git', ['--git-dir', bare, 'cat-file', 'blob', blob]);
    entries.set(path, { isLink: mode === '120000', content });
  }
  return sourceFiles(entries);
}

/** The files below a folder. */
export async function filesOfFolder(folder: string): Promise<SourceFiles> {
  const found = await readdir(folder, { withFileTypes: true, recursive: true });
  const entries = new Map<string, Entry>();
  for (const entry of found) {
    if (!entry.isFile() && !entry.isSymbolicLink()) continue;
    const at = join(entry.parentPath, entry.name);
    const isLink = entry.isSymbolicLink();
    const content = async (): Promise<Buffer> => (isLink ? Buffer.from(await readlink(at)) : await readFile(at));
    entries.set(posix.relative(folder, at), { isLink, content });
  }
  return sourceFiles(entries);
}

/** A link leads to another file of the same source, or nowhere: the source is not ours, and must not name our files. */
function sourceFiles(entries: ReadonlyMap<string, Entry>): SourceFiles {
  const read = async (path: string, links = 5): Promise<Buffer | null> => {
    const entry = entries.get(path);
    if (entry === undefined || links === 0) return null;
    const content = await entry.content();
    return entry.isLink ? await read(posix.join(posix.dirname(path), content.toString()), links - 1) : content;
  };
  return { paths: [...entries.keys()].sort(), read: (path) => read(path) };
}
