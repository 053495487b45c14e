import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';

/** A repository that a test fills. What it makes is at once on the server. */
export interface GitRepository {
  readonly url: string;
  /** The bare repository that is served. */
  readonly bare: string;
  /** Writes files on main and gives the commit. */
  commit(files: Readonly<Record<string, string>>): Promise<string>;
  /** Records another repository's commit as a submodule, on main, and gives the commit. */
  submodule(path: string, url: string, commit: string): Promise<string>;
  tag(name: string, how?: { readonly annotated?: boolean; readonly force?: boolean }): Promise<void>;
  /** Takes main back to the commit before this one, and drops what nothing leads to any more. */
  forget(commit: string): Promise<void>;
}

/** When all of it was committed: 2026-01-01 00:00:00 UTC. */
export const committedAt = 1767225600;

const date = `${committedAt} +0000`;
const env = {
  GIT_AUTHOR_NAME: 'Test',
  GIT_AUTHOR_EMAIL: 'test@example.com',
  GIT_AUTHOR_DATE: date,
  GIT_COMMITTER_NAME: 'Test',
  GIT_COMMITTER_EMAIL: 'test@example.com',
  GIT_COMMITTER_DATE: date,
  GIT_CONFIG_GLOBAL: '/dev/null',
} as const;

export async function openRepository(work: string, bare: string, url: string): Promise<GitRepository> {
  const git = async (...args: string[]): Promise<string> => (await execa('git', args, { cwd: work, env })).stdout;
  await git('init', '--quiet', '--bare', '--initial-branch=main', bare);
  await git('init', '--quiet', '--initial-branch=main');
  await git('remote', 'add', 'origin', bare);
  const save = async (message: string): Promise<string> => {
    await git('commit', '--quiet', '--message', message);
    await git('push', '--quiet', '--force', 'origin', 'main');
    return await git('rev-parse', 'HEAD');
  };
  return {
    url,
    bare,
    commit: async (files) => {
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(work, path)), { recursive: true });
        await writeFile(join(work, path), text);
      }
      await git('add', '--', ...Object.keys(files));
      return await save('change');
    },
    submodule: async (path, from, commit) => {
      const config = ['config', '--file', '.gitmodules'];
      await git(...config, `submodule.${path}.path`, path);
      await git(...config, `submodule.${path}.url`, from);
      await git('add', '.gitmodules');
      await git('update-index', '--add', '--cacheinfo', `160000,${commit},${path}`);
      return await save('submodule');
    },
    tag: async (name, { annotated = false, force = false } = {}) => {
      await git('tag', ...(annotated ? ['--annotate', '--message', name] : []), ...(force ? ['--force'] : []), name);
      await git('push', '--quiet', '--force', 'origin', `refs/tags/${name}`);
    },
    forget: async (commit) => {
      await git('reset', '--quiet', '--hard', `${commit}~1`);
      await git('push', '--quiet', '--force', 'origin', 'main');
      await execa('git', ['reflog', 'expire', '--expire=now', '--all'], { cwd: bare, env });
      await execa('git', ['gc', '--quiet', '--prune=now'], { cwd: bare, env });
      const left = await execa('git', ['cat-file', '-e', commit], { cwd: bare, env, reject: false });
      if (left.exitCode === 0) throw new Error(`${commit} is still there: something leads to it`);
    },
  };
}
