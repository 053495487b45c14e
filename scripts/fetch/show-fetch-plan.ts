import type { LockedLine, LockedSource } from '../data/lock.ts';
import { loadManifests } from '../data/manifests.ts';
import { sourceDifferences, wantedLine } from '../data/wanted.ts';
import { sourcePath, type Workspace } from '../pipeline/workspace.ts';
import type { ChosenLine } from './choose-lines.ts';
import { readSource } from './finished-folder.ts';
import { sourceId } from './source-id.ts';

/** What `npm run fetch` would do for a line, one module a line of text. Asks nobody, and needs no lock. */
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
