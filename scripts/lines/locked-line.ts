import { sha256 } from '../lib/hash.ts';
import { loadManifests } from '../lib/module-manifests.ts';
import type { Workspace } from '../pipeline/workspace.ts';
import type { LockedLine } from './lock-file.ts';
import { differences, requireCurrent } from './lock-state.ts';
import { readLock } from './read-lock.ts';
import type { ReleaseLine } from './release-line.ts';
import { wantedLine } from './wanted.ts';

/** The digest of the line's part of lock.json. Throws VP201 or VP202 where that is not what the line asks for. */
export function lockOfLine(workspace: Workspace, line: ReleaseLine): string {
  const locked = readLock(workspace).lines[line.line];
  const wanted = wantedLine(line, loadManifests(workspace.modules), locked?.base);
  requireCurrent(line.line, differences(wanted, locked));
  if (locked === undefined) throw new Error(`the line ${line.line} is current, and not locked`);
  return lockDigest(locked);
}

/** sha256 of what a line is locked to: the same for the same content, however its file is laid out. */
export function lockDigest(line: LockedLine): string {
  return sha256(JSON.stringify(sorted(line)));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, entry]) => [key, sorted(entry)]));
}
