import { describe, expect, it } from 'vitest';
import { lockFile } from '../../../scripts/data/lock.ts';
import { changesOf, showLock } from '../../../scripts/inputs/resolve-lines.ts';

const commit = (digit: string) => digit.repeat(40);
const git = (digit: string, dependencies = {}) =>
  ({
    kind: 'git',
    repository: 'https://example.com/a.git',
    tag: '1.0.0',
    commit: commit(digit),
    dependencies,
  }) as const;
const base = { kind: 'image', reference: 'example.com/a:1', digest: `sha256:${'a'.repeat(64)}` } as const;

describe('the text of a lock file', () => {
  it('is the same for the same content, in whatever order it was put together', () => {
    const one = { a: git('a'), b: git('b') };
    const other = { b: git('b'), a: git('a') };
    const lock = (modules: typeof one) => ({ version: 1 as const, lines: { '9.0': { base, modules } } });
    expect(showLock(lock(one))).toBe(showLock(lock(other)));
    expect(Object.keys(lockFile.parse(JSON.parse(showLock(lock(other)))).lines['9.0']?.modules ?? {})).toEqual([
      'a',
      'b',
    ]);
  });

  it('has the lines in the order of their numbers', () => {
    const line = { base, modules: {} };
    const text = showLock({ version: 1, lines: { '9.10': line, local: line, '9.2': line } });
    expect(Object.keys(lockFile.parse(JSON.parse(text)).lines)).toEqual(['9.2', '9.10', 'local']);
  });
});

describe('what a resolve has changed', () => {
  const dependency = (digit: string) => ({
    x: { repository: 'https://example.com/x', ref: 'main', commit: commit(digit) },
  });

  it('is every input that is new, changed or gone, and nothing else', () => {
    const before = { base, modules: { a: git('a', dependency('c')), gone: git('b'), same: git('d') } };
    const after = { base, modules: { a: git('a', dependency('e')), fresh: git('f'), same: git('d') } };
    const changes = changesOf(before, after);
    expect(changes.map((change) => change.split(':')[0])).toEqual(['a, dependency x', 'gone', 'fresh']);
    expect(changes[0]).toContain(`${commit('e')}, was https://example.com/x main ${commit('c')}`);
  });

  it('is everything where nothing was locked, and nothing where nothing changed', () => {
    const line = { base, modules: { a: git('a') } };
    expect(changesOf(undefined, line)).toHaveLength(2);
    expect(changesOf(line, line)).toEqual([]);
  });
});
