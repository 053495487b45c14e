import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LockedSource } from '../data/lock.ts';
import type { SourceRecord } from '../pipeline/records.ts';
import { fetchDependencies } from './fetch-dependencies.ts';
import type { Remote } from './patience.ts';
import { exportTree, fetchTree } from './pinned-tree.ts';
import { sourceId } from './source-id.ts';
import { urlSlug } from './url-slug.ts';

type GitSource = Extract<LockedSource, { kind: 'git' }>;

/**
 * Fills a folder with tree/ (the commit with its submodules) and dependencies/ (what its build clones). What an interrupted fetch of the
 * same source left in the folder is used.
 */
export async function fetchGit(
  module: string,
  source: GitSource,
  folder: string,
  remote: Remote,
): Promise<SourceRecord> {
  const { repository, tag, commit } = source;
  const repositories = join(folder, 'repositories');
  const store = { pathOf: (url: string) => join(repositories, `${urlSlug(url)}.git`) };
  const pin = { url: repository, commit, refs: [`refs/tags/${tag}`], title: `${module} ${tag}`, isSubmodule: false };
  const tree = await fetchTree(store, pin, remote);
  await fetchDependencies(module, source.dependencies, join(folder, 'dependencies'), remote);
  await rm(join(folder, 'tree'), { recursive: true, force: true });
  const epoch = await exportTree(store, tree, join(folder, 'tree'), remote.aborted);
  await rm(repositories, { recursive: true, force: true });
  return { module, kind: 'git', origin: repository, ref: tag, id: sourceId(source), epoch };
}
