import { describe, expect, test } from 'vitest';
import { PipelineError } from '../../../scripts/lib/pipeline-error.ts';
import {
  formatOutputs,
  parseReleaseTag,
  planRelease,
  type ReleaseWish,
  showReleaseTag,
} from '../../../scripts/supply/release-plan.ts';
import { commitA, debianLine, sampleLine, sampleLock } from './sample-line.ts';

const lines = [sampleLine(), sampleLine('9.1', '9.1.0'), debianLine()];
const today = '20261122';
const plan = (wish: ReleaseWish, some = lines) =>
  planRelease(wish, some, { version: 1, lines: { '9.1': sampleLock({ search: commitA }) } }, today);

describe('the plan of a release', () => {
  test('a tag leads to the line that has its version, on the native runner of each platform', () => {
    expect(plan({ tag: 'v9.0.4-20261101' })).toEqual({
      line: '9.0',
      tag: 'v9.0.4-20261101',
      date: '20261101',
      locked: false,
      matrix: {
        include: [
          { line: '9.0', platform: 'linux/amd64', arch: 'amd64', runner: 'ubuntu-24.04', locked: false },
          { line: '9.0', platform: 'linux/arm64', arch: 'arm64', runner: 'ubuntu-24.04-arm', locked: false },
        ],
      },
    });
  });

  test('a line is released with the version of its server and the day', () => {
    expect(plan({ line: '9.1' })).toMatchObject({ line: '9.1', tag: 'v9.1.0-20261122', date: today, locked: true });
  });

  test.each<[string, ReleaseWish, string]>([
    ['a version that no line has', { tag: 'v9.0.3-20261101' }, 'VP901'],
    ['a line that does not exist', { line: '9.2' }, 'VP103'],
    ['a line that is not published', { line: 'local' }, 'VP103'],
  ])('%s is refused', (_title, wish, code) => {
    expect(() => plan(wish)).toThrow(expect.objectContaining({ code }));
  });

  test('a version that two lines have is refused', () => {
    const twice = [sampleLine(), sampleLine('9.0-next', '9.0.4')];
    expect(() => plan({ tag: 'v9.0.4-20261101' }, twice)).toThrow(expect.objectContaining({ code: 'VP901' }));
  });
});

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

test('text stays as it is, and everything else becomes JSON on one line', () => {
  const outputs = { line: '9.0', locked: true, matrix: { include: [{ a: 'x\ny' }] } };
  expect(formatOutputs(outputs)).toBe('line=9.0\nlocked=true\nmatrix={"include":[{"a":"x\\ny"}]}\n');
});

test.each(['9.0\nlocked=true', '9.0\rlocked=true'])('a value cannot set another output: %j', (line) => {
  expect(() => formatOutputs({ line })).toThrow('more than one line');
});
