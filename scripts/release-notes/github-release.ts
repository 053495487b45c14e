import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { lockPath, releasePath, type Workspace } from '../pipeline/workspace.ts';
import { runTool } from '../workflows/run-tool.ts';

export interface GitHubRelease {
  readonly tag: string;
  readonly title: string;
  /** File with the Markdown. */
  readonly notes: string;
  readonly assets: readonly string[];
  /** The commit that the tag is made at, if it is not there yet. */
  readonly commit: string;
}

/** Makes the release on GitHub, or brings one that is there up to date: after a failure the same job runs again. */
export async function writeGitHubRelease(release: GitHubRelease): Promise<void> {
  const exists = await runTool('gh', ['release', 'view', release.tag, '--json', 'tagName']).then(
    () => true,
    () => false,
  );
  for (const args of releaseCommands(release, exists)) await runTool('gh', args);
}

/** The calls of gh, in order. A pushed tag stays where it is; one that is missing is made at the commit that was released. */
export function releaseCommands({ tag, title, notes, assets, commit }: GitHubRelease, exists: boolean): string[][] {
  const words = ['--title', title, '--notes-file', notes];
  if (!exists) return [['release', 'create', tag, ...words, '--target', commit, ...assets]];
  const uploads = assets.length === 0 ? [] : [['release', 'upload', tag, '--clobber', ...assets]];
  return [['release', 'edit', tag, ...words], ...uploads];
}

/** What is kept with a release: the lock that it was built from, and the records of its steps. */
export async function recordsOf(workspace: Workspace, line: string): Promise<string[]> {
  const folder = releasePath(workspace, line);
  const files = await readdir(folder).catch(() => []);
  return [
    lockPath(workspace),
    ...files.filter((name) => name.endsWith('.json')).map((name) => join(folder, name)),
  ].sort();
}
