import { describe, expect, test } from 'vitest';
import { planRelease, type ReleaseWish } from '../../../scripts/workflows/release-plan.ts';
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
