import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fetchLine } from '../../scripts/inputs/fetch-line.ts';
import { paths } from '../../scripts/lib/workspace.ts';
import { type GitRemote, type GitRepository, startGitRemote } from '../support/git-remote.ts';
import { makeWorkspace, shortPatience, type TestWorkspace } from '../support/git-remote-workspace.ts';
import { problemOf } from '../support/problem-of.ts';

let remote: GitRemote;
let workspace: TestWorkspace;
const repositories: Record<string, GitRepository> = {};
const at = (name: string): GitRepository => {
  const found = repositories[name];
  if (found === undefined) throw new Error(`the test made no repository ${name}`);
  return found;
};

/** grpc and googletest as search's build clones them: the one has the other as a submodule, at another commit. */
let pins: Record<'search' | 'grpc' | 'abseil' | 'googletest' | 'older', string>;

beforeAll(async () => {
  remote = await startGitRemote();
  for (const name of ['search', 'grpc', 'abseil', 'googletest']) repositories[name] = await remote.create(name);
  const older = await at('googletest').commit({ version: 'older\n' });
  const googletest = await at('googletest').commit({ version: 'pinned\n' });
  await at('googletest').commit({ version: 'newest\n' });
  const abseil = await at('abseil').commit({ version: 'abseil\n' });
  await at('grpc').commit({ version: 'grpc\n' });
  await at('grpc').submodule('third_party/abseil', '../abseil.git', abseil);
  const grpc = await at('grpc').submodule('third_party/googletest', at('googletest').url, older);
  await at('grpc').tag('v1.70.1', { annotated: true });
  await at('search').commit({ version: 'search\n' });
  // Without .git at the end, as many write it.
  const search = await at('search').submodule('deps/abseil', at('abseil').url.replace(/\.git$/, ''), abseil);
  await at('search').tag('1.0.2');
  pins = { search, grpc, abseil, googletest, older };
});
afterAll(() => remote.remove());

beforeEach(async () => {
  workspace = await makeWorkspace();
  remote.behave('serve');
});
afterEach(() => workspace.remove());

async function fetchSearch(commit = pins.search) {
  const dependencies = {
    grpc: { repository: at('grpc').url, ref: 'v1.70.1', pin: 'tag' as const },
    googletest: { repository: at('googletest').url, ref: 'main', pin: 'commit' as const },
  };
  await workspace.module('search', at('search').url, dependencies);
  const line = await workspace.line('9.0', { search: '1.0.2' });
  const locked = await workspace.lock('9.0', {
    search: {
      kind: 'git',
      repository: at('search').url,
      tag: '1.0.2',
      commit,
      dependencies: {
        grpc: { repository: at('grpc').url, ref: 'v1.70.1', commit: pins.grpc },
        googletest: { repository: at('googletest').url, ref: 'main', commit: pins.googletest },
      },
    },
  });
  const options = { patience: shortPatience, aborted: new AbortController().signal, report: () => {} };
  const { search } = await fetchLine(workspace, line, locked, options);
  if (search === undefined) throw new Error('search was not fetched');
  return search;
}

describe('a submodule', () => {
  it('is part of the tree, at the commit that the module names, without .git', async () => {
    const { folder } = await fetchSearch();
    expect(await readFile(join(folder, 'tree/deps/abseil/version'), 'utf8')).toBe('abseil\n');
    expect(await readdir(join(folder, 'tree/deps/abseil'))).toEqual(['version']);
  });

  it('at a commit that its repository does not have is VP205, with the path of the submodule', async () => {
    const lacking = 'c'.repeat(40);
    const commit = await at('search').submodule('deps/abseil', at('abseil').url, lacking);
    const { code, message } = await problemOf(fetchSearch(commit));
    expect([code, message.includes('deps/abseil'), message.includes(lacking)]).toEqual(['VP205', true, true]);
  });

  it('cannot lead to a file of this machine, as git has it as well: VP207', async () => {
    const commit = await at('search').submodule('deps/abseil', `file://${at('abseil').bare}`, pins.abseil);
    expect((await problemOf(fetchSearch(commit))).code).toBe('VP207');
  });
});

describe('what a build clones', () => {
  /**
   * A clone as upstream's CMake starts it, with the origin gone, by the configuration that the builder hands to git.
   */
  async function clone(folder: string, url: string, branch: string): Promise<string> {
    const into = await mkdtemp(join(tmpdir(), 'valkey-bundle-clone-'));
    try {
      const parts = [join(paths.docker, 'tools/gitconfig'), join(folder, 'dependencies/gitconfig')];
      const config = (await Promise.all(parts.map((part) => readFile(part, 'utf8')))).join('');
      await writeFile(
        join(into, 'gitconfig'),
        config.replaceAll('file:///dependencies', `file://${folder}/dependencies`),
      );
      const depth = ['--depth=1', '--single-branch', '--recurse-submodules', '--shallow-submodules'];
      const env = { GIT_CONFIG_GLOBAL: join(into, 'gitconfig'), GIT_TERMINAL_PROMPT: '0' };
      await execa('git', ['clone', '--quiet', `--branch=${branch}`, url, join(into, 'clone'), ...depth], { env });
      const { stdout } = await execa('find', ['.', '-name', 'version', '-exec', 'grep', '-H', '', '{}', ';'], {
        cwd: join(into, 'clone'),
      });
      return stdout.split('\n').sort().join('\n');
    } finally {
      await rm(into, { recursive: true, force: true });
    }
  }

  it('is there by the names that it asks for, each with its submodules, though the origin is gone', async () => {
    const { folder } = await fetchSearch();
    expect((await readdir(join(folder, 'dependencies'))).sort()).toEqual([
      'gitconfig',
      'googletest.git',
      'grpc.git',
      'submodules',
    ]);
    remote.behave('unauthorized');
    expect(await clone(folder, at('googletest').url, 'main')).toBe('./version:pinned');
    // Some ask for the same repository by another form of its address.
    expect(await clone(folder, at('googletest').url.replace(/\.git$/, ''), 'main')).toBe('./version:pinned');
    expect(await clone(folder, at('grpc').url, 'v1.70.1')).toBe(
      ['./third_party/abseil/version:abseil', './third_party/googletest/version:older', './version:grpc'].join('\n'),
    );
  });

  it('and the lock does not name leads nowhere, though the origin is there: git says what was asked for', async () => {
    const { folder } = await fetchSearch();
    remote.requests();
    const url = remote.urlOf('later');
    await expect(clone(folder, url, 'main')).rejects.toThrow(`/no-such-dependency/${url}' does not appear`);
    expect(remote.requests()).toEqual([]);
  });

  it('is part of what the folder is named for, so two lines with other pins do not share it', async () => {
    const { folder, record } = await fetchSearch();
    expect(record.id).toMatch(new RegExp(`^${pins.search}-[0-9a-f]{8}$`));
    expect(folder.endsWith(record.id)).toBe(true);
  });
});
