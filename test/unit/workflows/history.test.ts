import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openHistory } from '../../../scripts/changed/history.ts';

const folder = mkdtempSync(join(tmpdir(), 'history-'));
const git = (...args: string[]): string =>
  execaSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', '-c', 'commit.gpgsign=false', ...args], {
    cwd: folder,
  }).stdout;
const commit = (file: string, subject: string): string => {
  writeFileSync(join(folder, file), subject);
  git('add', '--all');
  git('commit', '--quiet', '--message', subject);
  return git('rev-parse', 'HEAD');
};
const history = openHistory(folder);
let first = '';
let other = '';

beforeAll(() => {
  git('init', '--quiet', '--initial-branch=main');
  first = commit('a b.txt', 'first');
  git('tag', 'v9.0.4-20261101');
  git('switch', '--quiet', '--create', 'side');
  other = commit('side.txt', 'on the side');
  git('tag', 'v9.0.4-20261102');
  git('switch', '--quiet', 'main');
  commit('c\nd.txt', 'second: "quoted" | <b>');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the history of a working copy', () => {
  test('knows a commit by any of its names', async () => {
    expect(await history.commit('v9.0.4-20261101')).toBe(first);
  });

  test.each(['', '0'.repeat(40), 'f'.repeat(40), 'no-such-branch', '--help'])(
    'has no commit of the name %j',
    async (name) => {
      expect(await history.commit(name)).toBeNull();
    },
  );

  test('gives a file as it was, and null for one that was not there', async () => {
    expect(await history.fileAt(first, 'a b.txt')).toBe('first');
    expect(await history.fileAt(first, 'c\nd.txt')).toBeNull();
  });

  test('says what HEAD changed since it left a commit of another branch, whatever the files are called', async () => {
    expect(await history.changedSince(other)).toEqual(['c\nd.txt']);
  });

  test('lists commits under a path, newest first', async () => {
    expect(await history.commitsSince(first, ['.'])).toEqual([
      { id: git('rev-parse', 'HEAD'), subject: 'second: "quoted" | <b>' },
    ]);
    expect(await history.commitsSince(first, ['a b.txt'])).toEqual([]);
  });

  test('lists the tags that HEAD has behind it, and not those of other branches', async () => {
    expect(await history.tags('v*-*')).toEqual(['v9.0.4-20261101']);
  });
});
