import type { Platform } from '../pipeline/platform.ts';
import type { Workspace } from '../pipeline/workspace.ts';
import { type BuildPlan, dockerfileOf, type PlannedBase, type PlannedModule } from './plan.ts';
import type { Share } from './schedule.ts';

const unresolved = 'unresolved: run resolve';

/** The build of a line for a reader: every input with its pin, and where it stands how each module is built. */
export function showPlan(
  workspace: Workspace,
  plan: BuildPlan,
  platform: Platform,
  groups: readonly (readonly Share[])[],
): string {
  const order = groups.map((group) => group.map(({ name }) => name).join(' + '));
  const lines = [
    `line ${plan.line} for ${platform}, valkey ${plan.valkey ?? unresolved}`,
    `base ${showBase(plan.base)}`,
    ...plan.modules.flatMap((module) => ['', ...showModule(workspace, module, groups)]),
    ...(plan.packaged.length > 0 ? ['', `from Debian packages, with the base: ${plan.packaged.join(', ')}`] : []),
    ...(order.length > 0 ? ['', `order: ${order.join(', then ')}`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function showBase(base: PlannedBase): string {
  if (base.kind === 'image') return `${base.reference}@${base.digest ?? unresolved}`;
  return `made here of Debian ${base.suite} with ${base.package} ${base.version ?? unresolved}`;
}

function showModule(workspace: Workspace, module: PlannedModule, groups: readonly (readonly Share[])[]): string[] {
  const { name, version, origin, tag, commit, id, file, memoryPerJob, dependencies, floating } = module;
  // A source package has no commit: its version is the pin.
  const pin = id === null ? unresolved : commit === null ? tag : `commit ${commit}`;
  const share = groups.flat().find((one) => one.name === name);
  const rows: (readonly [string, string])[] = [
    ['source', `${origin}${tag !== null && tag !== pin ? ` tag ${tag}` : ''}, ${pin}`],
    ['built by', dockerfileOf(workspace, name)],
    ['artifact', `/usr/lib/valkey/${file}`],
    ...dependencies.map((one) => ['dependency', `${one.name} ${one.ref} of ${one.repository}, ${pinOf(one)}`] as const),
    ...floating.map((one) => ['floating', `${one.name}: ${one.why}`] as const),
    ['jobs', `${share?.jobs ?? 1}, ${memoryPerJob} MiB each`],
  ];
  return [`module ${name} ${version ?? unresolved}`, ...rows.map(([key, value]) => `  ${key.padEnd(12)} ${value}`)];
}

function pinOf({ commit }: PlannedModule['dependencies'][number]): string {
  return commit === null ? unresolved : `commit ${commit}`;
}
