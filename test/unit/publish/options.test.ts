import { describe, expect, test } from 'vitest';
import { readDate } from '../../../scripts/lib/calendar-day.ts';
import type { Platform } from '../../../scripts/lib/platform.ts';
import { choosePlatforms, refuseAlienOptions, requirePlatform } from '../../../scripts/publish/options.ts';

const wrong = expect.objectContaining({ code: 'VP901' });

describe('the date', () => {
  const now = new Date('2026-10-02T23:30:00-05:00');
  test('is today in UTC, or the one that is given', () => {
    expect(readDate(undefined, now)).toBe('20261003');
    expect(readDate('20240229', now)).toBe('20240229');
  });

  test.each(['', '2026-10-02', '20260231', '20250229', '20261301', '2026100', 'today'])('%j is refused', (text) => {
    expect(() => readDate(text, now)).toThrow(wrong);
  });
});

describe('the platforms', () => {
  const line: { line: string; platforms: Platform[] } = { line: '9.0', platforms: ['linux/amd64', 'linux/arm64'] };
  test('are all of the line', () => {
    expect(choosePlatforms(line, null, 'ghcr.io')).toEqual(line.platforms);
  });

  test('are one alone only for a registry on this machine, unless the line has no other', () => {
    expect(choosePlatforms(line, 'linux/arm64', 'localhost:5000')).toEqual(['linux/arm64']);
    expect(() => choosePlatforms(line, 'linux/arm64', 'ghcr.io')).toThrow(wrong);
    expect(choosePlatforms({ ...line, platforms: ['linux/amd64'] }, 'linux/amd64', 'ghcr.io')).toEqual(['linux/amd64']);
  });

  test('are none that the line does not have', () => {
    const one = { line: 'local', platforms: ['linux/amd64' as const] };
    expect(() => choosePlatforms(one, 'linux/arm64', 'localhost')).toThrow(wrong);
    expect(() => requirePlatform(one, 'linux/arm64', '--platform')).toThrow(wrong);
  });
});

describe('the options', () => {
  test.each([
    [{ platform: 'linux/amd64' }],
    [{ stage: true, date: '20261002' }],
    [{ stage: true, 'move-version-tags': true }],
    [{ stage: true, 'only-platform': 'linux/amd64' }],
  ])('%j say nothing together', (values) => {
    expect(() => refuseAlienOptions(values)).toThrow(wrong);
  });

  test.each([
    [{ stage: true, platform: 'linux/amd64', 'move-version-tags': false }],
    [{ stage: false, date: '20261002', 'move-version-tags': true, 'only-platform': 'linux/amd64' }],
  ])('%j go together', (values) => {
    expect(() => refuseAlienOptions(values)).not.toThrow();
  });
});
