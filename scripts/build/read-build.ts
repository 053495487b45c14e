import { type LockedLine, readLock } from '../data/lock.ts';
import { loadManifests } from '../data/manifests.ts';
import { loadLine, type ReleaseLine } from '../data/release-line.ts';
import { differences, requireCurrent, wantedLine } from '../data/wanted.ts';
import { type BuildPlan, planBuild } from '../graph/build-plan.ts';
import type { Workspace } from '../pipeline/workspace.ts';

/** A line with everything that its data says about building it. */
export interface ReadBuild {
  readonly line: ReleaseLine;
  readonly locked: LockedLine | undefined;
  readonly plan: BuildPlan;
  /** Throws VP201 or VP202 where lock.json does not pin what would be built. */
  readonly requirePinned: () => void;
}

/** Reads a line, the manifests and the lock, and plans the build of the modules that `only` names, or of all. Needs no lock. */
export function readBuild(workspace: Workspace, name: string, only: readonly string[] = []): ReadBuild {
  const line = loadLine(workspace, name);
  const manifests = loadManifests(workspace.modules);
  const locked = readLock(workspace).lines[name];
  const plan = planBuild(line, manifests, locked, only);
  const requirePinned = (): void => {
    const found = differences(wantedLine(line, manifests, locked?.base), locked);
    const inputs = ['base', ...plan.modules.map((module) => module.name), ...plan.packaged];
    requireCurrent(name, only.length === 0 ? found : found.filter(({ input }) => inputs.includes(input)));
  };
  return { line, locked, plan, requirePinned };
}
