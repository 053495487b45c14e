import type { LockedLine } from '../data/lock.ts';
import type { ReleaseLine } from '../data/release-line.ts';
import { atOnce } from '../lib/at-once.ts';
import type { SourceRecord } from '../pipeline/records.ts';
import type { Workspace } from '../pipeline/workspace.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import { fetchDebian } from './fetch-debian.ts';
import { fetchGit } from './fetch-git.ts';
import { finishedFolder } from './finished-folder.ts';
import { defaultPatience, type Patience, type Remote } from './patience.ts';
import { type PlannedFetch, planFetch } from './plan-fetch.ts';

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
 * Fetches the sources of a line's modules at exactly what lock.json says; gives them by module. Modules that come as binary packages have
 * none. What is there already is used as it is, without a network. Throws VP201 and VP202 before it asks anybody where the lock does not say
 * what is meant; VP205 and VP210 for what is not what was locked; VP206, VP207, VP209 for what cannot be had; VP211 if offline.
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
    const record = one.record ?? (await fetchOne(one, offline, { patience, aborted: signal, report }));
    return [module, { folder, record }];
  });
  return Object.fromEntries(fetched);
}

async function fetchOne(
  { module, source, suites, folder }: PlannedFetch,
  offline: boolean,
  remote: Remote,
): Promise<SourceRecord> {
  if (offline) {
    const version = source.kind === 'git' ? `${source.tag} (${source.commit})` : source.version;
    throw new PipelineError('VP211', `${module} ${version} was never fetched`, { where: folder });
  }
  const record = await finishedFolder(folder, async (partial) =>
    source.kind === 'git'
      ? await fetchGit(module, source, partial, remote)
      : await fetchDebian(module, source, suites, partial, remote),
  );
  remote.report(`${module}: fetched`);
  return record;
}
