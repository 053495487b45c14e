import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ReleaseLine } from '../../scripts/data/release-line.ts';
import { resolveLine } from '../../scripts/inputs/resolve-line.ts';
import { resolveLines } from '../../scripts/inputs/resolve-lines.ts';
import { type GitRemote, type GitRepository, startGitRemote } from '../support/git-remote.ts';
import { makeWorkspace, noPatience, shortPatience, type TestWorkspace } from '../support/git-remote-workspace.ts';
import { problemOf } from '../support/problem-of.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';
import { putIndex } from '../support/registry-index.ts';
import { rawRepository } from '../support/registry-seed.ts';

let registry: TestRegistry;
let base: { image: string; tag: string };
let remote: GitRemote;
let workspace: TestWorkspace;
let echo: GitRepository;
let library: GitRepository;
const commits: Record<string, string> = {};

beforeAll(async () => {
  registry = await startRegistry();
  base = { image: `${registry.host}/valkey/valkey`, tag: '9.0.4-trixie' };
  await putIndex(rawRepository(registry.host, 'valkey/valkey'), base.tag, ['amd64', 'arm64']);
  remote = await startGitRemote();
  echo = await remote.create('echo');
  commits['1.0.0'] = await echo.commit({ a: '1' });
  await echo.tag('1.0.0');
  commits['1.0.1'] = await echo.commit({ a: '2' });
  await echo.tag('1.0.1', { annotated: true });
  library = await remote.create('library');
  commits['library'] = await library.commit({ a: '1' });
  await library.tag('v1', { annotated: true });
});
afterAll(async () => {
  await remote.remove();
  await registry.remove();
});

let reported: string[];
const printed = vi.spyOn(console, 'log').mockImplementation(() => {});
beforeEach(async () => {
  workspace = await makeWorkspace();
  reported = [];
  printed.mockClear();
  remote.behave('serve');
  await workspace.module('echo', echo.url, {
    floating: { repository: library.url, ref: 'main', pin: 'commit' },
    tagged: { repository: library.url, ref: 'v1', pin: 'tag' },
  });
  remote.requests();
});
afterEach(() => workspace.remove());

const options = (more: { update?: boolean; patience?: typeof shortPatience } = {}) => ({
  patience: shortPatience,
  aborted: new AbortController().signal,
  report: (line: string) => reported.push(line),
  ...more,
});

const tagged = (tag: string, line = '9.0') => workspace.line(line, { echo: tag }, base);

/** Resolves and writes, and gives what is locked for echo then. */
async function resolve(line: ReleaseLine, more: Parameters<typeof options>[0] = {}) {
  await resolveLines(workspace, [line], { ...options(more), isComplete: false });
  const source = workspace.locked('9.0')?.modules['echo'];
  if (source?.kind !== 'git') throw new Error('echo is not locked');
  return source;
}

describe('a tag', () => {
  it.each(['1.0.0', '1.0.1'])('%s is locked as the commit that it leads to, also if it is annotated', async (tag) => {
    expect((await resolve(await tagged(tag))).commit).toBe(commits[tag]);
  });

  it('that does not exist is VP203, with the nearest ones, and nothing is written', async () => {
    const { code, message } = await problemOf(resolve(await tagged('1.0.2')));
    expect([code, message.includes('write one of 1.0.1, 1.0.0')]).toEqual(['VP203', true]);
    await expect(workspace.lockText()).rejects.toThrow('ENOENT');
  });

  it('that has moved since it was locked is VP204 with both commits; --update takes the new one', async () => {
    const moving = await remote.create('moving');
    const then = await moving.commit({ a: '1' });
    await moving.tag('1.0.0', { annotated: true });
    await workspace.module('echo', moving.url);
    const line = await tagged('1.0.0');
    await resolve(line);
    const now = await moving.commit({ a: '2' });
    await moving.tag('1.0.0', { annotated: true, force: true });
    const { code, message } = await problemOf(resolve(line));
    expect([code, message.includes(then), message.includes(now)]).toEqual(['VP204', true, true]);
    expect((await resolve(line, { update: true })).commit).toBe(now);
  });

  it('of another release is resolved anew; what is locked beside it stays', async () => {
    const first = await resolve(await tagged('1.0.0'));
    await library.commit({ a: 'later' });
    const second = await resolve(await tagged('1.0.1'));
    expect([second.commit, second.dependencies]).toEqual([commits['1.0.1'], first.dependencies]);
  });
});

describe('what a build clones', () => {
  it('is pinned: a tag by the commit behind it, a branch by where it stands', async () => {
    const now = await library.commit({ a: 'now' });
    const { dependencies } = await resolve(await tagged('1.0.0'));
    expect(dependencies).toEqual({
      floating: { repository: library.url, ref: 'main', commit: now },
      tagged: { repository: library.url, ref: 'v1', commit: commits['library'] },
    });
  });

  it('stays where it is while its branch goes on, until --update', async () => {
    const line = await tagged('1.0.0');
    const first = await resolve(line);
    const later = await library.commit({ a: 'even later' });
    expect((await resolve(line)).dependencies['floating']).toEqual(first.dependencies['floating']);
    expect((await resolve(line, { update: true })).dependencies['floating']?.commit).toBe(later);
  });

  it('from a branch that does not exist is VP203', async () => {
    await workspace.module('echo', echo.url, { x: { repository: library.url, ref: 'master', pin: 'commit' } });
    expect((await problemOf(resolve(await tagged('1.0.0')))).code).toBe('VP203');
  });

  it('by a commit that upstream names is not asked for', async () => {
    const ref = 'e'.repeat(40);
    await workspace.module('echo', echo.url, { x: { repository: 'http://127.0.0.1:1/x', ref, pin: 'tag' } });
    expect((await resolve(await tagged('1.0.0'))).dependencies['x']?.commit).toBe(ref);
  });
});

describe('the file', () => {
  it('is the same, byte for byte, when nothing has changed', async () => {
    const line = await tagged('1.0.0');
    await resolve(line);
    const first = await workspace.lockText();
    await resolve(line);
    expect(await workspace.lockText()).toBe(first);
    await resolve(line, { update: true });
    expect(await workspace.lockText()).toBe(first);
  });

  it('gets what could be resolved, though another line could not', async () => {
    const lines = [await tagged('7.7.7'), await tagged('1.0.0', '9.1')];
    const all = resolveLines(workspace, lines, { ...options(), isComplete: true });
    expect((await problemOf(all)).code).toBe('VP203');
    expect(workspace.locked('9.1')?.modules['echo']).toMatchObject({ commit: commits['1.0.0'] });
    expect(workspace.locked('9.0')).toBeUndefined();
  });

  it('loses lines that are no more when all are resolved, and no others', async () => {
    await workspace.lock('8.0', {});
    const line = await tagged('1.0.0');
    await resolve(line);
    expect(workspace.locked('8.0')).toBeDefined();
    await resolveLines(workspace, [line], { ...options(), isComplete: true });
    expect(workspace.locked('8.0')).toBeUndefined();
  });

  it('that is damaged is VP107, and is not written over', async () => {
    const path = join(workspace.modules, 'lock.json');
    const line = await tagged('1.0.0');
    await writeFile(path, '{');
    expect((await problemOf(resolve(line))).code).toBe('VP107');
    expect(await workspace.lockText()).toBe('{');
  });
});

describe('a repository that does not answer', () => {
  it('is VP206 for what is not locked yet', async () => {
    await workspace.module('echo', 'http://127.0.0.1:1/echo.git');
    expect((await problemOf(resolve(await tagged('1.0.0')))).code).toBe('VP206');
  });

  it('leaves what is locked as it is, and says that nobody looked', async () => {
    const line = await tagged('1.0.0');
    const first = await resolve(line);
    remote.behave('silent');
    expect(await resolve(line, { patience: { ...noPatience, attempts: 1 } })).toEqual(first);
    expect(reported.filter((text) => text.includes('could not be seen'))).toHaveLength(2);
  });

  it('that asks for a password is VP207, and each repository is asked once', async () => {
    remote.behave('unauthorized');
    const line = await tagged('1.0.0');
    remote.requests();
    expect((await problemOf(resolveLine(workspace, line, options()))).code).toBe('VP207');
    expect(remote.requests().length).toBeLessThan(3);
  });
});
