import { textIfThere } from '../lib/files.ts';
import { lockPath, type Workspace } from '../pipeline/workspace.ts';
import { dataProblems } from '../problems/data.ts';
import { dataError } from './data-problem.ts';
import { type LockFile, lockFile } from './lock-file.ts';
import { readData } from './read-data.ts';

const kind = { schema: lockFile, title: 'the lock file', code: 'VP107', fix: dataProblems.VP107.fix } as const;

/** Reads modules/lock.json; without the file nothing is locked. Throws VP107 for one that resolve did not write. */
export function readLock(workspace: Workspace): LockFile {
  const file = lockPath(workspace);
  const text = textIfThere(file);
  if (text === null) return { version: 1, lines: {} };
  const read = readData(kind, file, text);
  if ('problems' in read) throw dataError(read.problems);
  return read.value;
}
