import { expect, it } from 'vitest';
import { sourceId } from '../../../scripts/fetch/source-id.ts';

const commit = 'a'.repeat(40);
const git = { kind: 'git', repository: 'https://example.com/a.git', tag: '1.0.0', commit } as const;
const one = { repository: 'https://example.com/b.git', ref: 'main', commit: 'b'.repeat(40) };
const other = { ...one, commit: 'c'.repeat(40) };

it('a source is named for its commit, a source package for its version', () => {
  expect(sourceId({ ...git, dependencies: {} })).toBe(commit);
  expect(sourceId({ kind: 'debian-source', package: 'a', version: '1:2-3', files: [] })).toBe('1:2-3');
});

it('what its build clones is part of the name: every pin, in no order', () => {
  const named = (dependencies: Record<string, typeof one>) => sourceId({ ...git, dependencies });
  expect(named({ x: one, y: other })).toBe(named({ y: other, x: one }));
  expect(new Set([named({ x: one }), named({ x: other }), named({ y: one }), named({})]).size).toBe(4);
});
