import { describe, expect, it } from 'vitest';
import { annotation, changesOf } from '../../../scripts/inputs/resolve-lines.ts';

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

it('a change is a warning of GitHub in one line, whatever is in it', () => {
  const warning = annotation('local', ['base: 9.1.3, was 9.1.2', 'a: 100%']);
  expect(warning).toMatch(/^::warning file=modules\/lock\.json::line local .*9\.1\.3, was 9\.1\.2%0Aa: 100%25$/);
});
