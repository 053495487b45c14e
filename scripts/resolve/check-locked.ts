import { readLock } from '../data/lock.ts';
import { loadManifests } from '../data/manifests.ts';
import type { ReleaseLine } from '../data/release-line.ts';
import { differences, requireCurrent, wantedLine } from '../data/wanted.ts';
import type { Workspace } from '../pipeline/workspace.ts';
import { PipelineError } from '../problems/pipeline-error.ts';

/**
 * Holds lock.json against release lines, without asking anybody. Throws VP201 for what is not locked, VP202 for what is locked for something
 * else. `isComplete`: the lines are all that there are, so the lock may have no others.
 */
export function checkLocked(workspace: Workspace, lines: readonly ReleaseLine[], isComplete: boolean): string {
  const locked = readLock(workspace).lines;
  const manifests = loadManifests(workspace.modules);
  for (const line of lines) {
    const known = locked[line.line];
    requireCurrent(line.line, differences(wantedLine(line, manifests, known?.base), known));
  }
  const names = lines.map(({ line }) => line);
  const surplus = Object.keys(locked).filter((name) => isComplete && !names.includes(name));
  if (surplus.length > 0) {
    throw new PipelineError('VP202', `there are no release lines ${surplus.join(', ')} any more`, {
      where: 'modules/lock.json',
      fix: 'npm run resolve',
    });
  }
  return `modules/lock.json is what these release lines ask for: ${names.join(', ')}`;
}
