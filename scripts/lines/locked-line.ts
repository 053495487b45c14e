import { loadManifests } from '../lib/module-manifests.ts';
import type { Workspace } from '../pipeline/workspace.ts';
import { lockDigest } from './lock-digest.ts';
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
