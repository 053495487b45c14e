import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FetchOptions, fetchLine } from '../../scripts/inputs/fetch-line.ts';
import { sourceId } from '../../scripts/inputs/source-folder.ts';
import { committedAt, type GitRemote, type GitRepository, startGitRemote } from '../support/git-remote.ts';
import { makeWorkspace, shortPatience, type TestWorkspace } from '../support/git-remote-workspace.ts';
import { problemOf } from '../support/problem-of.ts';

let remote: GitRemote;
let workspace: TestWorkspace;
let echo: GitRepository;
/** The commit of tag 1.0.0; main has gone on. */
let commit: string;

beforeAll(async () => {
  remote = await startGitRemote();
  echo = await remote.create('echo');
  await echo.commit({ 'README.md': 'before\n' });
  commit = await echo.commit({ 'src/echo.c': 'int echo;\r\n', LICENSE: 'MIT\n', '.gitattributes': '* text=auto\n' });
  await echo.tag('1.0.0', { annotated: true });
  await echo.commit({ 'README.md': 'after\n' });
});
afterAll(() => remote.remove());

beforeEach(async () => {
  workspace = await makeWorkspace();
  await workspace.module('echo', echo.url);
  remote.behave('serve');
  remote.requests();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await workspace.remove();
});

const options: FetchOptions = {
  patience: shortPatience,
  aborted: new AbortController().signal,
  report: () => {},
};

const pinned = (pin = commit, tag = '1.0.0') =>
  ({ kind: 'git', repository: echo.url, tag, commit: pin, dependencies: {} }) as const;
const id = () => sourceId(pinned());

async function fetchEcho(more: Partial<FetchOptions> = {}) {
  const line = await workspace.line('9.0', { echo: '1.0.0' });
  const locked = workspace.locked('9.0') ?? (await workspace.lock('9.0', { echo: pinned() }));
  const { echo: source } = await fetchLine(workspace, line, locked, { ...options, ...more });
  if (source === undefined) throw new Error('echo was not fetched');
  return source;
}

/** The names under dist/sources/echo, with those of unfinished folders. */
const folders = () => readdir(join(workspace.dist, 'sources/echo')).catch(() => []);

describe('a fetched commit', () => {
  it('is its files, without .git, at the path of its id', async () => {
    const { folder } = await fetchEcho();
    expect(folder).toBe(join(workspace.dist, 'sources/echo', id()));
    expect((await readdir(folder)).sort()).toEqual(['source.json', 'tree']);
    expect((await readdir(join(folder, 'tree'))).sort()).toEqual(['.gitattributes', 'LICENSE', 'README.md', 'src']);
    expect(await readFile(join(folder, 'tree/README.md'), 'utf8')).toBe('before\n');
    expect(await folders()).toEqual([id()]);
  });

  it('has a record of where it comes from and when it was committed', async () => {
    const { folder, record } = await fetchEcho();
    const pins = [{ part: 'tree', repository: echo.url, commit, bare: null }];
    const expected = {
      module: 'echo',
      kind: 'git',
      origin: echo.url,
      ref: '1.0.0',
      id: id(),
      epoch: committedAt,
      pins,
    };
    expect(record).toEqual(expected);
    expect(JSON.parse(await readFile(join(folder, 'source.json'), 'utf8'))).toEqual(expected);
  });

  it('has the time of the commit and permissions that no umask changes', async () => {
    const before = process.umask(0o077);
    try {
      const { folder } = await fetchEcho();
      const file = await stat(join(folder, 'tree/src/echo.c'));
      expect([file.mtimeMs / 1000, file.mode & 0o777]).toEqual([committedAt, 0o644]);
      expect((await stat(join(folder, 'tree/src'))).mode & 0o777).toBe(0o755);
    } finally {
      process.umask(before);
    }
  });

  it("does not depend on the user's conversion of line ends", async () => {
    await mkdir(workspace.dist, { recursive: true });
    const config = join(workspace.dist, 'gitconfig');
    await writeFile(config, '[core]\n\tautocrlf = true\n\teol = crlf\n');
    vi.stubEnv('GIT_CONFIG_GLOBAL', config);
    const { folder } = await fetchEcho();
    expect(await readFile(join(folder, 'tree/README.md'), 'utf8')).toBe('before\n');
  });

  it('is not asked for again, also offline', async () => {
    await fetchEcho();
    remote.requests();
    await fetchEcho({ offline: true });
    await fetchEcho();
    expect(remote.requests()).toEqual([]);
  });
});

describe('a server that gives a commit only by the name of a ref', () => {
  beforeEach(() => {
    vi.stubEnv('GIT_CONFIG_COUNT', '1');
    vi.stubEnv('GIT_CONFIG_KEY_0', 'protocol.version');
    vi.stubEnv('GIT_CONFIG_VALUE_0', '0');
  });

  it('is asked for the tag, which is then held against the commit', async () => {
    const { folder } = await fetchEcho();
    expect(await readFile(join(folder, 'tree/README.md'), 'utf8')).toBe('before\n');
  });

  it('is refused if its tag leads to another commit', async () => {
    const wanted = 'b'.repeat(40);
    await workspace.lock('9.0', { echo: pinned(wanted) });
    const { code, message } = await problemOf(fetchEcho());
    expect([code, message.includes(wanted), message.includes(commit)]).toEqual(['VP205', true, true]);
  });
});

describe('a commit that the repository does not have', () => {
  it('is an error that names it, and nothing is left that could be taken for it', async () => {
    const wanted = 'b'.repeat(40);
    await workspace.lock('9.0', { echo: pinned(wanted) });
    const { code, message } = await problemOf(fetchEcho());
    expect([code, message.includes(wanted)]).toEqual(['VP205', true]);
    expect((await folders()).filter((name) => !name.startsWith('.'))).toEqual([]);
  });

  it('is an error as well where the tag has moved on from it, and names both', async () => {
    const moved = await remote.create('moved');
    await moved.commit({ a: '1' });
    const old = await moved.commit({ a: '2' });
    await moved.tag('1.0.0');
    await moved.forget(old).catch(() => {});
    const now = await moved.commit({ a: '3' });
    await moved.tag('1.0.0', { force: true });
    await moved.commit({ a: '4' });
    await execa('git', ['gc', '--quiet', '--prune=now'], { cwd: moved.bare });
    await workspace.module('echo', moved.url);
    await workspace.lock('9.0', { echo: { ...pinned(old), repository: moved.url } });
    const { code, message } = await problemOf(fetchEcho());
    expect([code, message.includes(old), message.includes(now)]).toEqual(['VP205', true, true]);
  });
});

describe('the lock', () => {
  it('must have the module: VP201, before anybody is asked', async () => {
    await workspace.lock('9.0', {});
    expect((await problemOf(fetchEcho())).code).toBe('VP201');
    expect(remote.requests()).toEqual([]);
  });

  it('must be about the tag of the line: VP202, before anybody is asked', async () => {
    await workspace.lock('9.0', { echo: pinned(commit, '0.9.0') });
    expect((await problemOf(fetchEcho())).code).toBe('VP202');
    expect(remote.requests()).toEqual([]);
  });

  it('is enough offline only with what was fetched before: VP211', async () => {
    expect((await problemOf(fetchEcho({ offline: true }))).code).toBe('VP211');
    expect(remote.requests()).toEqual([]);
  });

  it('is not asked about a module that the line does not have: VP104, with the nearest', async () => {
    const { code, message } = await problemOf(fetchEcho({ only: ['ech'] }));
    expect([code, message.includes('did you mean echo')]).toEqual(['VP104', true]);
  });
});

describe('a mirror', () => {
  it("of git's own configuration is used, so the origin need not answer", async () => {
    const config = join(workspace.dist, 'gitconfig');
    await mkdir(workspace.dist, { recursive: true });
    await writeFile(config, `[url "file://${remote.folder}/"]\n\tinsteadOf = https://git.example.invalid/\n`);
    vi.stubEnv('GIT_CONFIG_GLOBAL', config);
    const repository = 'https://git.example.invalid/echo.git';
    await workspace.module('echo', repository);
    await workspace.lock('9.0', { echo: { ...pinned(), repository } });
    const { record } = await fetchEcho();
    expect([record.origin, record.id]).toEqual([repository, id()]);
    expect(remote.requests()).toEqual([]);
  });
});

describe('two fetches at once', () => {
  it('both end with the whole source, and leave nothing else', async () => {
    const line = await workspace.line('9.0', { echo: '1.0.0' });
    const locked = await workspace.lock('9.0', { echo: pinned() });
    const [one, other] = await Promise.all([1, 2].map(() => fetchLine(workspace, line, locked, options)));
    expect(one).toEqual(other);
    expect(await folders()).toEqual([id()]);
  });

  it('leave a folder alone that another process is filling', async () => {
    const busy = join(workspace.dist, 'sources/echo', `.${id()}.${process.ppid}-x`);
    await mkdir(busy, { recursive: true });
    await chmod(busy, 0o755);
    await fetchEcho();
    expect((await folders()).sort()).toEqual([`.${id()}.${process.ppid}-x`, id()].sort());
  });
});
