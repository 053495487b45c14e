import { describe, expect, it, test } from 'vitest';
import { type Newer, newerReleases, takePatches } from '../../../scripts/inputs/newer.ts';

const found = (current: string, known: readonly string[]) =>
  newerReleases(current, known).map(({ kind, available }) => `${kind} ${available}`);

it.each([
  ['1.0.2', ['1.0.2', '1.0.10', '1.0.9', '1.2.0', '1.1.5'], ['patch 1.0.10', 'line 1.2.0']],
  ['1.0.2', ['1.0.2', '1.0.1', '0.9.9'], []],
  ['1.0.2', ['1.0.3-rc1', 'v1.0.4', 'unstable', '1.0.3.1'], []],
  ['1.0.2', ['1.0.3'], ['patch 1.0.3']],
  [
    '9.0.4-trixie',
    ['9.0.4', '9.0.5-alpine', '9.0.6-trixie', '9.1.0-trixie'],
    ['patch 9.0.6-trixie', 'line 9.1.0-trixie'],
  ],
  ['main', ['1.0.0'], []],
])('of %s, among %s, is newer: %s', (current, known, newer) => {
  expect(found(current, known)).toEqual(newer);
});

it('of a bounded module, is newer only what is below the bound', () => {
  const within = newerReleases('1.0.2', ['1.0.3', '1.0.4', '1.1.0'], '1.0.4');
  expect(within.map(({ available }) => available)).toEqual(['1.0.3']);
  expect(newerReleases('1.0.2', ['1.0.3', '1.1.0'], '1.0.3')).toEqual([]);
});

describe('taking what is newer', () => {
  const text = `# A line.
line: "9.0"
valkey: 9.0.4
base:
  image: docker.io/valkey/valkey # Debian
  tag: 9.0.4-trixie
modules:
  search: { tag: 1.0.2 } # the first
  bloom: { tag: "1.0.0" }
`;
  const found = (input: string, kind: Newer['kind'], available: string): Newer => ({
    line: '9.0',
    input,
    kind,
    current: '',
    available,
  });

  test('changes the tag of a module and nothing else', () => {
    expect(takePatches(text, [found('search', 'patch', '1.0.3')])).toBe(text.replace('1.0.2', '1.0.3'));
  });

  test('keeps the quotes of a value', () => {
    expect(takePatches(text, [found('bloom', 'patch', '1.0.1')])).toBe(text.replace('"1.0.0"', '"1.0.1"'));
  });

  test('changes the version of the server along with the tag of its image', () => {
    const taken = takePatches(text, [found('base', 'patch', '9.0.5-trixie'), found('search', 'patch', '1.0.10')]);
    expect(taken).toBe(text.replaceAll('9.0.4', '9.0.5').replace('1.0.2', '1.0.10'));
  });

  test.each(['line', 'rebuild', 'package'] as const)('leaves the text as it is for what is newer as a %s', (kind) => {
    expect(takePatches(text, [found('search', kind, '1.2.1')])).toBe(text);
  });

  test('refuses a module that the line does not have, instead of adding it', () => {
    expect(() => takePatches(text, [found('json', 'patch', '1.0.3')])).toThrow('modules.json.tag');
  });
});
