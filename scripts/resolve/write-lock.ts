import { writeWhole } from '../lib/files.ts';
import { jsonText } from '../lib/json.ts';
import type { LockedLine, LockFile } from '../lines/lock-file.ts';
import { byNumber } from '../lines/version.ts';
import { lockPath, type Workspace } from '../pipeline/workspace.ts';

/** Writes modules/lock.json with one rename: a reader sees the old one or the new one. The same content always gives the same text. */
export async function writeLock(workspace: Workspace, lock: LockFile): Promise<void> {
  await writeWhole(lockPath(workspace), showLock(lock));
}

/** Sorted by name, one value a line: a change of one input is a change of one place. */
export function showLock({ lines }: LockFile): string {
  const document = { $schema: './lock.schema.json', version: 1, lines: sorted(lines, showLine) };
  return jsonText(document);
}

function showLine({ base, modules }: LockedLine) {
  return { base, modules: sorted(modules, (source) => source) };
}

function sorted<Value, Shown>(entries: Readonly<Record<string, Value>>, show: (value: Value) => Shown) {
  const named = Object.entries(entries).sort(([a], [b]) => byNumber(a, b));
  return Object.fromEntries(named.map(([name, value]): [string, Shown] => [name, show(value)]));
}
