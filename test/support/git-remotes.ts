import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { paths } from '../../scripts/lib/workspace.ts';

/**
 * Git repositories on disk that are reached by URLs of a host that does not exist: `insteadOf` leads there, as it would
 * to a mirror.
 */
export interface GitRemotes {
  /** For processes that are to see them. */
  readonly env: Readonly<Record<string, string>>;
  urlOf(name: string): string;
  /**
   * Makes a repository of files, given as where they are and where they go, and of a licence, with the tag 1.0.0; gives
   * the commit.
   */
  create(name: string, files: readonly (readonly [from: string, to: string])[]): Promise<string>;
  /** Commits a change; gives the commit. */
  commit(name: string, files: Readonly<Record<string, string>>): Promise<string>;
  /** Makes a repository a submodule of another one, at its newest commit; gives the other one's commit. */
  submodule(name: string, path: string, of: string): Promise<string>;
}

const licence = join(paths.root, 'test/fixtures/modules/LICENSE');
const origin = 'https://example.invalid/fixtures';

export async function makeGitRemotes(folder: string): Promise<GitRemotes> {
  const config = join(folder, 'gitconfig');
  await mkdir(folder, { recursive: true });
  await writeFile(
    config,
    [
      `[url "file://${folder}/"]\n\tinsteadOf = ${origin}/`,
      '[protocol "file"]\n\tallow = always',
      '[user]\n\tname = test\n\temail = test@example.invalid\n',
    ].join('\n'),
  );
  const env = { GIT_CONFIG_GLOBAL: config, GIT_CONFIG_SYSTEM: '/dev/null' };
  const at = (name: string): string => join(folder, `${name}.git`);
  const git = (name: string, ...args: string[]) => execa('git', args, { cwd: at(name), env });
  const commitAll = async (name: string): Promise<string> => {
    await git(name, 'add', '--all');
    await git(name, 'commit', '--quiet', '--message', 'change');
    return (await git(name, 'rev-parse', 'HEAD')).stdout;
  };
  return {
    env,
    urlOf: (name) => `${origin}/${name}.git`,
    async create(name, files) {
      await mkdir(at(name));
      await cp(licence, join(at(name), 'LICENSE'));
      for (const [from, to] of files) await cp(from, join(at(name), to), { recursive: true });
      await git(name, 'init', '--quiet', '--initial-branch=main');
      const commit = await commitAll(name);
      await git(name, 'tag', '1.0.0');
      return commit;
    },
    async commit(name, files) {
      for (const [path, text] of Object.entries(files)) await writeFile(join(at(name), path), text);
      return commitAll(name);
    },
    async submodule(name, path, of) {
      await git(of, 'submodule', '--quiet', 'add', `${origin}/${name}.git`, path);
      return commitAll(of);
    },
  };
}
