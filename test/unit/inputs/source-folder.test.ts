import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { sourceId } from '../../../scripts/inputs/source-folder.ts';

const commit = 'a'.repeat(40);
const git = { kind: 'git', repository: 'https://example.com/a.git', tag: '1.0.0', commit } as const;
const one = { repository: 'https://example.com/b.git', ref: 'main', commit: 'b'.repeat(40) };
const other = { ...one, commit: 'c'.repeat(40) };

const files = [
  { name: 'a_2.orig.tar.xz', sha256: '1'.repeat(64), size: 1 },
  { name: 'a_2-3.dsc', sha256: '2'.repeat(64), size: 2 },
];
const named = (of: typeof files) => sourceId({ kind: 'debian-source', package: 'a', version: '1:2-3', files: of });

it('a source is named for its commit, a source package for its version; the digits after it are the layout and the pins', () => {
  const digitsOf = (...parts: unknown[]) =>
    createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 8);
  expect(sourceId({ ...git, dependencies: {} })).toBe(`${commit}-${digitsOf(2, [])}`);
  const pins = [...files].reverse().map(({ name, sha256 }) => [name, sha256]);
  expect(named(files)).toBe(`1:2-3-${digitsOf(2, pins)}`);
});

it('a source package that was built again at the same version has another name; the order of its files is none', () => {
  const rebuilt = files.map((file) => (file.name.endsWith('.dsc') ? { ...file, sha256: '3'.repeat(64) } : file));
  expect(named(rebuilt)).not.toBe(named(files));
  expect(named([...files].reverse())).toBe(named(files));
});

it('what its build clones is part of the name: every pin, in no order', () => {
  const named = (dependencies: Record<string, typeof one>) => sourceId({ ...git, dependencies });
  expect(named({ x: one, y: other })).toBe(named({ y: other, x: one }));
  const crates = sourceId({ ...git, dependencies: {}, cargoLock: 'd'.repeat(64) });
  expect(crates).not.toBe(named({}));
  expect(new Set([named({ x: one }), named({ x: other }), named({ y: one }), named({})]).size).toBe(4);
});
