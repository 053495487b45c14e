import { describe, expect, test } from 'vitest';
import { PipelineError } from '../../../scripts/problems/pipeline-error.ts';
import { parseReleaseTag, showReleaseTag } from '../../../scripts/workflows/release-tag.ts';

const today = '20261122';
const codeOf = (act: () => unknown): string | null => {
  try {
    act();
    return null;
  } catch (error) {
    return error instanceof PipelineError ? error.code : 'another error';
  }
};

describe('a release tag', () => {
  test.each([
    ['v9.0.4-20261122', { valkey: '9.0.4', date: '20261122' }],
    ['v9.1.0-20240229', { valkey: '9.1.0', date: '20240229' }],
    ['v10.0.0-rc1-20261101', { valkey: '10.0.0-rc1', date: '20261101' }],
  ])('%s names a version and a day, and is written the same way', (tag, expected) => {
    const parsed = parseReleaseTag(tag, today);
    expect(parsed).toEqual(expected);
    expect(showReleaseTag(parsed)).toBe(tag);
  });

  test.each([
    ['9.0.4-20261122', 'no v'],
    ['v9.0-20261122', 'a line instead of a version'],
    ['v9.0.4', 'no day'],
    ['v9.0.4-1', 'a number instead of a day'],
    ['v9.0.4-2026-11-22', 'a day with hyphens'],
    ['v9.0.4-20261122 ', 'a space behind it'],
    ['v9.0.4-20261122\nv9.1.0-20261122', 'two lines'],
    ['v9.0.4-20260230', 'a day that does not exist'],
    ['v9.0.4-20261301', 'a month that does not exist'],
    ['v9.0.4-20261123', 'a day that has not begun'],
    ['', 'nothing'],
  ])('%j is refused: %s', (tag) => {
    expect(codeOf(() => parseReleaseTag(tag, today))).toBe('VP901');
  });
});
