import { describe, expect, it } from 'vitest';
import { isSince, readRelease, releasesLike } from '../../../scripts/data/version.ts';

describe('a release tag', () => {
  it.each([
    ['1.0.2', [1, 0, 2], '#'],
    ['v1.70.1', [1, 70, 1], 'v#'],
    ['9.0.4-trixie', [9, 0, 4], '#-trixie'],
    ['1.2.0-rc1', [1, 2, 0], '#-rc1'],
  ])('%s has the number %s and the shape %s', (tag, version, shape) => {
    expect(readRelease(tag)).toEqual({ tag, version, shape });
  });

  it.each(['unstable', '9.0', '9.0-trixie', '1.0.2.3', '2025-11-05', ''])('%s is none', (tag) => {
    expect(readRelease(tag)).toBeNull();
  });

  it('is compared by number, and only with tags of its shape', () => {
    const known = ['1.0.9', '1.0.10', '1.0.11-rc1', 'v1.0.12', 'unstable'];
    expect(releasesLike('1.0.2', known).map(({ tag }) => tag)).toEqual(['1.0.10', '1.0.9']);
  });
});

it.each([
  ['1.2.1', '1.2', true],
  ['1.10.0', '1.2', true],
  ['1.0.2', '1.2', false],
  ['1.0.3', '1.0.3', true],
  ['1.0.2', '1.0.3', false],
  ['unstable', '1.2', true],
])('%s is of the release or version line %s or later: %s', (tag, line, since) => {
  expect(isSince(tag, line)).toBe(since);
});
