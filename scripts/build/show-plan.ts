import { buildCommand } from '../graph/build-command.ts';
import type { BuildPlan, PlannedBase, PlannedModule } from '../graph/build-plan.ts';
import { packagesOf } from '../graph/toolchains.ts';
import type { Platform } from '../pipeline/platform.ts';
import type { Share } from './schedule.ts';

const unresolved = 'unresolved: run resolve';

/** The exact build, for a reader: every input with its pin, what is installed, set and run, and what is taken out. */
export function showPlan(plan: BuildPlan, platform: Platform, groups: readonly (readonly Share[])[]): string {
  const lines = [
    `line ${plan.line} for ${platform}, valkey ${plan.valkey ?? unresolved}`,
    `base ${showBase(plan.base)}`,
    ...plan.modules.flatMap((module) => ['', ...showModule(module, groups)]),
    ...(plan.packaged.length > 0 ? ['', `from Debian packages, with the base: ${plan.packaged.join(', ')}`] : []),
    ...showOrder(groups),
  ];
  return `${lines.join('\n')}\n`;
}

function showBase(base: PlannedBase): string {
  if (base.kind === 'image') return `${base.reference}@${base.digest ?? unresolved}`;
  return `made here of Debian ${base.suite} with ${base.package} ${base.version ?? unresolved}`;
}

function showModule(module: PlannedModule, groups: readonly (readonly Share[])[]): string[] {
  const { name, version, origin, tag, commit, id, file, build } = module;
  // A source package has no commit: its version is the pin.
  const pin = id === null ? unresolved : commit === null ? tag : `commit ${commit}`;
  const share = groups.flat().find((one) => one.name === name);
  const rows: (readonly [string, string])[] = [
    ['source', `${origin}${tag !== null && tag !== pin ? ` tag ${tag}` : ''}, ${pin}`],
    ['packages', packagesOf(build).join(' ')],
    ...(build.rust === undefined ? [] : [['rust', build.rust] as const]),
    ...Object.entries(build.environment).map(([key, value]) => ['environment', `${key}=${value}`] as const),
    ['command', `${build.builder} in ${build.directory}: ${buildCommand(build).map(quote).join(' ')}`],
    ['artifact', `${build.artifact} as /usr/lib/valkey/${file}`],
    ...build.addNeeded.map((library) => ['add needed', library] as const),
    ...module.dependencies.map(
      (one) => ['dependency', `${one.name} ${one.ref} of ${one.repository}, ${showCommit(one.commit)}`] as const,
    ),
    ...build.floating.map((one) => ['floating', `${one.name}: ${one.why}`] as const),
    ['jobs', `${share?.jobs ?? 1}, ${build.memoryPerJob} MiB each`],
  ];
  return [`module ${name} ${version ?? unresolved}`, ...rows.map(([key, value]) => `  ${key.padEnd(12)} ${value}`)];
}

function showCommit(commit: string | null): string {
  return commit === null ? unresolved : `commit ${commit}`;
}

function showOrder(groups: readonly (readonly Share[])[]): string[] {
  if (groups.length === 0) return [];
  const order = groups.map((group) => group.map(({ name }) => name).join(' + '));
  return ['', `order: ${order.join(', then ')}`];
}

function quote(word: string): string {
  return /^[\w@%+=:,./{}-]+$/.test(word) || word === '&&' ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
