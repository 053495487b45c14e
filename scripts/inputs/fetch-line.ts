import { keptCargoLock } from '../data/cargo-lock.ts';
import type { LockedLine, LockedSource } from '../data/lock.ts';
import { loadManifests } from '../data/manifests.ts';
import { listLines, loadLine, type ReleaseLine } from '../data/release-line.ts';
import { requireCurrent, sourceDifferences, wantedLine } from '../data/wanted.ts';
import { atOnce } from '../lib/at-once.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import { didYouMean } from '../lib/text.ts';
import { cratesPath, sourcePath, type Workspace } from '../lib/workspace.ts';
import { fetchDebian } from './fetch-debian.ts';
import { fetchGit } from './fetch-git.ts';
import { defaultPatience, type Patience, type Remote } from './remote.ts';
import { finishedFolder, readSource, type SourceRecord, sourceId } from './source-folder.ts';

export interface FetchOptions {
  /** Only these modules; throws VP104 for one that the line does not have. */
  readonly only?: readonly string[];
  /** Uses what was fetched before, and asks nobody. */
  readonly offline?: boolean;
  readonly patience?: Patience;
  readonly aborted: AbortSignal;
  readonly report: (line: string) => void;
}

/** A source that is there: `folder` holds tree/, source.json, and dependencies/ if the build clones something. */
export interface FetchedSource {
  readonly folder: string;
  readonly record: SourceRecord;
}

/** More at once does not help a line, and some hosts count connections. */
const atATime = 4;

/**
 * Fetches the sources of a line's modules at exactly what lock.json says; gives them by module. Modules that come as
 * binary packages have none. What is there already is used as it is, without a network. Throws VP201 and VP202 before
 * it asks anybody where the lock does not say what is meant, VP221 where a kept Cargo.lock is another one; VP205 and
 * VP210 for what is not what was locked; VP206, VP207, VP209 for what cannot be had; VP211 if offline.
 */
export async function fetchLine(
  workspace: Workspace,
  line: ReleaseLine,
  locked: LockedLine | undefined,
  options: FetchOptions,
): Promise<Record<string, FetchedSource>> {
  const { only = [], offline = false, patience = defaultPatience, aborted, report } = options;
  const plan = await planFetch(workspace, line, locked, only);
  const fetched = await atOnce(atATime, plan, aborted, async (one, signal): Promise<[string, FetchedSource]> => {
    const { module, folder } = one;
    const record =
      one.record ?? (await fetchOne(one, cratesPath(workspace), offline, { patience, aborted: signal, report }));
    return [module, { folder, record }];
  });
  return Object.fromEntries(fetched);
}

async function fetchOne(
  { module, source, suites, folder, cargoLock }: PlannedFetch,
  cache: string,
  offline: boolean,
  remote: Remote,
): Promise<SourceRecord> {
  if (offline) {
    const version = source.kind === 'git' ? `${source.tag} (${source.commit})` : source.version;
    throw new PipelineError('VP211', `${module} ${version} was never fetched`, { where: folder });
  }
  const record = await finishedFolder(folder, async (partial) =>
    source.kind === 'git'
      ? await fetchGit(module, source, partial, { lock: cargoLock, cache }, remote)
      : await fetchDebian(module, source, suites, partial, remote),
  );
  remote.report(`${module}: fetched`);
  return record;
}

/** One source that a line's build needs. */
interface PlannedFetch {
  readonly module: string;
  readonly source: Exclude<LockedSource, { kind: 'debian-package' }>;
  /** The text of the Cargo.lock that the project keeps for it. */
  readonly cargoLock: string | null;
  /** The suites in which a Debian source package is looked for. */
  readonly suites: readonly string[];
  readonly folder: string;
  /** Of a source that is there already. */
  readonly record: SourceRecord | null;
}

/**
 * Gives the sources that a line needs, in the order of the modules' names. Throws VP104, VP201, VP202, VP221; asks
 * nobody.
 */
export async function planFetch(
  workspace: Workspace,
  line: ReleaseLine,
  locked: LockedLine | undefined,
  only: readonly string[],
): Promise<PlannedFetch[]> {
  requireModules(`the line ${line.line} has`, Object.keys(line.modules), only);
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
    const cargoLock = keptCargoLock(workspace, module, source);
    planned.push({ module, source, suites, folder, cargoLock, record: await readSource(folder) });
  }
  return planned;
}

/** A line, and the modules of it that are asked for: all, if the list is empty. */
export interface ChosenLine {
  readonly line: ReleaseLine;
  readonly only: readonly string[];
}

/**
 * The lines that are named, or all that have one of the modules. Throws VP103, and VP104 for a module that none of them
 * has.
 */
export function chooseLines(
  workspace: Workspace,
  names: readonly string[] | undefined,
  modules: readonly string[],
): ChosenLine[] {
  const lines = (names ?? listLines(workspace)).map((name) => loadLine(workspace, name));
  const known = [...new Set(lines.flatMap((line) => Object.keys(line.modules)))].sort();
  requireModules(lines.length === 1 ? `the line ${lines[0]?.line} has` : 'the release lines have', known, modules);
  return lines
    .map((line) => ({ line, only: modules.filter((module) => module in line.modules) }))
    .filter(({ only }) => modules.length === 0 || only.length > 0);
}

function requireModules(where: string, known: readonly string[], wanted: readonly string[]): void {
  const unknown = wanted.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const fix = `${didYouMean(unknown, known)}write one of ${known.join(', ')}`;
  throw new PipelineError('VP104', `${where} no module ${unknown}`, { fix });
}
