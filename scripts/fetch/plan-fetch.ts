import { nearest } from '../../entrypoint/text/names.ts';
import { loadManifests } from '../lib/module-manifests.ts';
import type { LockedLine, LockedSource } from '../lines/lock-file.ts';
import { requireCurrent, sourceDifferences } from '../lines/lock-state.ts';
import type { ReleaseLine } from '../lines/release-line.ts';
import { wantedLine } from '../lines/wanted.ts';
import type { SourceRecord } from '../pipeline/records.ts';
import { sourcePath, type Workspace } from '../pipeline/workspace.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import { readSource } from './finished-folder.ts';
import { sourceId } from './source-id.ts';

/** One source that a line's build needs. */
export interface PlannedFetch {
  readonly module: string;
  readonly source: Exclude<LockedSource, { kind: 'debian-package' }>;
  /** Where a Debian source package is looked for. */
  readonly suites: readonly string[];
  readonly folder: string;
  /** Of a source that is there already. */
  readonly record: SourceRecord | null;
}

/** What has to be fetched, in the order of the modules' names. Throws VP104, VP201, VP202; asks nobody. */
export async function planFetch(
  workspace: Workspace,
  line: ReleaseLine,
  locked: LockedLine | undefined,
  only: readonly string[],
): Promise<PlannedFetch[]> {
  requireModules(line, only);
  const { modules, architectures } = wantedLine(line, loadManifests(workspace.modules), locked?.base);
  const chosen = Object.entries(modules)
    .filter(([name]) => only.length === 0 || only.includes(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  requireCurrent(
    line.line,
    chosen.flatMap(([name, wanted]) => sourceDifferences(name, wanted, locked?.modules[name], architectures)),
  );
  const planned: PlannedFetch[] = [];
  for (const [module, wanted] of chosen) {
    const source = locked?.modules[module];
    if (source === undefined || source.kind === 'debian-package') continue;
    const folder = sourcePath(workspace, module, sourceId(source));
    const suites = wanted.kind === 'git' ? [] : wanted.suites;
    planned.push({ module, source, suites, folder, record: await readSource(folder) });
  }
  return planned;
}

function requireModules(line: ReleaseLine, only: readonly string[]): void {
  const names = Object.keys(line.modules);
  for (const name of only) {
    if (names.includes(name)) continue;
    const near = nearest(name, names);
    throw new PipelineError('VP104', `the line ${line.line} has no module ${name}`, {
      fix: `${near === null ? '' : `did you mean ${near}? `}write one of ${names.join(', ')}`,
    });
  }
}
