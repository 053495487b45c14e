import { describe, expect, test } from 'vitest';
import { lockDigest } from '../../../scripts/data/wanted.ts';
import { readDate } from '../../../scripts/pipeline/calendar-day.ts';
import type { Platform } from '../../../scripts/pipeline/platform.ts';
import { choosePlatforms, refuseAlienOptions, requirePlatform } from '../../../scripts/publish/options.ts';
import { pushProgress } from '../../../scripts/publish/push.ts';
import { stagingTag } from '../../../scripts/publish/stage.ts';

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

describe('what a line is locked to', () => {
  const base = { kind: 'image', reference: 'a/b:1', digest: `sha256:${'1'.repeat(64)}` } as const;
  const source = { kind: 'git', repository: 'r', tag: 't', commit: 'c', dependencies: {} } as const;
  test('has one digest, however its file is laid out, and another for other content', () => {
    const digest = lockDigest({ base, modules: { json: source, search: source } });
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(lockDigest({ modules: { search: source, json: source }, base })).toBe(digest);
    expect(lockDigest({ base, modules: { json: source, search: { ...source, commit: 'd' } } })).not.toBe(digest);
    expect(lockDigest({ base, modules: { json: source } })).not.toBe(digest);
  });
});

describe('a staged image', () => {
  test('has a tag with its line, variant, architecture and id', () => {
    const id = `sha256:0123456789abcdef${'0'.repeat(48)}`;
    expect(stagingTag({ line: '9.0', variant: 'coordinator', platform: 'linux/arm64', id })).toBe(
      'staging-9.0-coordinator-arm64-0123456789ab',
    );
  });
});

describe('the progress of a push', () => {
  test('is the sum over all layers, or what holds it up, at most once in the given time', () => {
    let now = 0;
    const lines: string[] = [];
    const take = pushProgress(
      (line) => lines.push(line),
      () => now,
      5_000,
    );
    take({ id: 'a', progressDetail: { current: 10e6, total: 40e6 } });
    now = 5_000;
    take({ id: 'b', progressDetail: { current: 5e6, total: 10e6 } });
    take({ id: 'b', progressDetail: { current: 6e6, total: 10e6 } });
    take({ status: 'Layer already exists' });
    now = 10_000;
    take({ id: 'a', progressDetail: { current: 41e6 } });
    now = 15_000;
    take({ id: 'b', status: 'Retrying in 5 seconds' });
    expect(lines).toEqual(['  sent 15 of 50 MB', '  sent 47 of 51 MB', '  layer b: Retrying in 5 seconds']);
  });
});
