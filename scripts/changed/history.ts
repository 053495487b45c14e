import { runTool } from '../workflows/run-tool.ts';

/** The project's own history, as git has it. */
export interface History {
  /** The commit that a name leads to, or null where the working copy has none of that name. */
  commit(reference: string): Promise<string | null>;
  /** A file as it was at a commit, or null if it was not there. */
  fileAt(commit: string, path: string): Promise<string | null>;
  /** Files of a folder as they were at a commit: paths from the project's root. */
  filesAt(commit: string, folder: string): Promise<string[]>;
  /** What differs between the place where HEAD left `commit` and HEAD. */
  changedSince(commit: string): Promise<string[]>;
  /** Commits between a reference and HEAD that touch one of the paths, newest first; merges are left out. */
  commitsSince(reference: string, under: readonly string[]): Promise<{ id: string; subject: string }[]>;
  /** The tags of that pattern that HEAD has behind it. */
  tags(pattern: string): Promise<string[]>;
}

/** What `before` is in the event of a branch's first push: no commit at all. */
const none = /^0{40,}$/;

/** `folder`: a working copy; the project's own if it is not named. */
export function openHistory(folder?: string): History {
  const git = (...args: string[]): Promise<string> => runTool('git', args, folder);
  const lines = async (...args: string[]): Promise<string[]> =>
    (await git(...args)).split('\0').filter((line) => line !== '');
  return {
    async commit(reference) {
      if (reference === '' || none.test(reference)) return null;
      return git('rev-parse', '--verify', '--quiet', '--end-of-options', `${reference}^{commit}`).catch(() => null);
    },
    async fileAt(commit, path) {
      const found = await lines('ls-tree', '-z', '--name-only', commit, '--', path);
      return found.length === 0 ? null : git('show', `${commit}:${path}`);
    },
    filesAt: (commit, under) => lines('ls-tree', '-r', '-z', '--name-only', commit, '--', under),
    changedSince: (commit) => lines('diff', '--name-only', '-z', '--no-renames', `${commit}...HEAD`),
    async commitsSince(reference, under) {
      const found = await lines('log', '-z', '--no-merges', '--format=%H %s', `${reference}..HEAD`, '--', ...under);
      return found.map((line) => ({ id: line.split(' ')[0] ?? '', subject: line.slice(line.indexOf(' ') + 1) }));
    },
    async tags(pattern) {
      const found = await git('tag', '--list', pattern, '--merged', 'HEAD');
      return found.split('\n').filter((tag) => tag !== '');
    },
  };
}
