import { type LockedLine, type LockedSource, readLock } from '../data/lock.ts';
import { loadManifests } from '../data/manifests.ts';
import type { ReleaseLine } from '../data/release-line.ts';
import {
  baseDifferences,
  sourceDifferences,
  type WantedBase,
  type WantedLine,
  type WantedSource,
  wantedLine,
} from '../data/wanted.ts';
import { sourcePath, type Workspace } from '../lib/workspace.ts';
import type { ChosenLine } from './fetch-line.ts';
import { readSource, sourceId } from './source-folder.ts';

/** Says what `npm run resolve` would do, one input a line of text. Asks nobody. */
export function showResolvePlan(
  workspace: Workspace,
  lines: readonly ReleaseLine[],
  { update, isComplete }: { readonly update: boolean; readonly isComplete: boolean },
): string[] {
  const locked = readLock(workspace).lines;
  const manifests = loadManifests(workspace.modules);
  const rows = lines.flatMap((line) => {
    const known = locked[line.line];
    return planOf(wantedLine(line, manifests, known?.base), known, update);
  });
  const surplus = Object.keys(locked).filter((name) => isComplete && !lines.some(({ line }) => line === name));
  return [...rows, ...surplus.map((name) => `${name}: remove, there is no such line any more`)];
}

function planOf(wanted: WantedLine, locked: LockedLine | undefined, update: boolean): string[] {
  const { line, base, modules, architectures } = wanted;
  const isBaseCurrent = baseDifferences(base, locked?.base, architectures).length === 0;
  const rows = [
    row(line, 'base', isBaseCurrent && !update ? `keep ${pinOfBase(locked)}` : `ask ${placeOfBase(base)}`),
    ...Object.entries(modules).map(([name, source]) => {
      const known = locked?.modules[name];
      const isCurrent = sourceDifferences(name, source, known, architectures).length === 0;
      return row(line, name, isCurrent && !update ? keep(source, pinOf(known)) : `ask ${placeOf(source)}`);
    }),
  ];
  const surplus = Object.keys(locked?.modules ?? {}).filter((name) => !(name in modules));
  return [...rows, ...surplus.map((name) => row(line, name, 'remove: the line has no such module any more'))];
}

function row(line: string, input: string, what: string): string {
  return `${line} ${input}: ${what}`;
}

function keep(source: WantedSource, pin: string): string {
  return source.kind === 'git'
    ? `keep ${pin}, and ask ${source.repository} whether ${source.tag} has moved`
    : `keep ${pin}`;
}

function pinOf(locked: LockedLine['modules'][string] | undefined): string {
  if (locked === undefined) return 'nothing';
  return locked.kind === 'git' ? locked.commit : `${locked.package} ${locked.version}`;
}

function pinOfBase(locked: LockedLine | undefined): string {
  if (locked === undefined) return 'nothing';
  return locked.base.kind === 'image'
    ? locked.base.digest
    : `${locked.base.valkey.package} ${locked.base.valkey.version}`;
}

function placeOf(source: WantedSource): string {
  if (source.kind !== 'git') return `the Debian archive for ${source.package} (${source.suites.join(', then ')})`;
  const names = Object.keys(source.dependencies);
  return `${source.repository} for ${source.tag}${names.length > 0 ? `, and for what its build clones: ${names.join(', ')}` : ''}`;
}

function placeOfBase(base: WantedBase): string {
  return base.kind === 'image'
    ? `the registry for the digest of ${base.reference}`
    : placeOf({ kind: 'debian-package', ...base.valkey });
}

/** Says what `npm run fetch` would do for a line, one module a line of text. Asks nobody, and needs no lock. */
export async function showFetchPlan(
  workspace: Workspace,
  { line, only }: ChosenLine,
  locked: LockedLine | undefined,
): Promise<string[]> {
  const { modules, architectures } = wantedLine(line, loadManifests(workspace.modules), locked?.base);
  const rows: string[] = [];
  for (const [name, wanted] of Object.entries(modules).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (only.length > 0 && !only.includes(name)) continue;
    const source = locked?.modules[name];
    const [difference] = sourceDifferences(name, wanted, source, architectures);
    if (source === undefined || difference !== undefined) {
      rows.push(
        `${line.line} ${name}: ${difference?.what ?? 'unknown'}; unresolved: run npm run resolve -- --line ${line.line}`,
      );
    } else if (source.kind === 'debian-package') {
      rows.push(`${line.line} ${name}: the binary package ${source.package} ${source.version}, nothing to fetch`);
    } else {
      const folder = sourcePath(workspace, name, sourceId(source));
      const isThere = (await readSource(folder)) !== null;
      rows.push(`${line.line} ${name}: ${isThere ? 'there already' : 'fetch'} ${describe(source)} -> ${folder}`);
    }
  }
  return rows;
}

function describe(source: Exclude<LockedSource, { kind: 'debian-package' }>): string {
  if (source.kind === 'debian-source') return `the source package ${source.package} ${source.version}`;
  const dependencies = Object.entries(source.dependencies).map(
    ([name, { ref, commit }]) => `${name} ${ref} at ${commit}`,
  );
  const more = dependencies.length === 0 ? '' : `, with ${dependencies.join(', ')}`;
  return `${source.repository} ${source.tag} at ${source.commit}${more}`;
}
