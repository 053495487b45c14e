import { expect, it } from 'vitest';
import { newerReleases } from '../../../scripts/inputs/newer.ts';

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
