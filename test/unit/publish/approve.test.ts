import { describe, expect, test } from 'vitest';
import type { StagedImage, VerifyReport } from '../../../scripts/pipeline/records.ts';
import { approve, type ReleaseRecords } from '../../../scripts/publish/approve.ts';
import { reportOn, stagedAs, testLine, testLock } from '../../support/registry-release.ts';

const repository = '127.0.0.1:1/bundle';
const digest = (digit: number): string => `sha256:${String(digit).repeat(64)}`;
const staged: readonly StagedImage[] = [
  stagedAs(digest(1), { variant: 'default', platform: 'linux/amd64' }),
  stagedAs(digest(2), { variant: 'default', platform: 'linux/arm64' }),
  stagedAs(digest(3), { variant: 'coordinator', platform: 'linux/amd64' }),
  stagedAs(digest(4), { variant: 'coordinator', platform: 'linux/arm64' }),
];
const reports = staged.map(reportOn);
const good: ReleaseRecords = {
  line: testLine,
  repository,
  platforms: testLine.platforms,
  staged,
  reports,
  lock: testLock,
};

/** The records with one of them otherwise. */
const withStaged = (number: number, change: Partial<StagedImage>): ReleaseRecords => ({
  ...good,
  staged: staged.map((image, at) => (at === number ? { ...image, ...change } : image)),
});
const withReport = (number: number, change: Partial<VerifyReport>): ReleaseRecords => ({
  ...good,
  reports: reports.map((report, at) => (at === number ? { ...report, ...change } : report)),
});
const check = (result: 'passed' | 'failed' | 'not run') => ({ name: 'a check', result, note: 'seen', milliseconds: 1 });

describe('a release', () => {
  test('is approved variant by variant, the images in the order of the platforms', () => {
    const { valkey, variants } = approve({ ...good, staged: staged.toReversed() });
    expect(valkey).toBe('9.0.4');
    expect(variants.map(({ variant }) => variant)).toEqual(['default', 'coordinator']);
    expect(variants.flatMap(({ images }) => images.map((image) => image.digest))).toEqual([1, 2, 3, 4].map(digest));
  });

  test('takes its version from the images where the line does not name one', () => {
    const { valkey: _, ...line } = testLine;
    const other = staged.map((image) => ({ ...image, valkey: '9.1.2' }));
    expect(approve({ ...good, line, staged: other }).valkey).toBe('9.1.2');
  });

  test('of some platforms leaves the others out, staged or not', () => {
    const one = approve({
      ...good,
      platforms: ['linux/arm64'],
      reports: reports.filter(({ platform }) => platform === 'linux/arm64'),
    });
    expect(one.variants.flatMap(({ images }) => images.map((image) => image.digest))).toEqual([2, 4].map(digest));
  });

  test('may have checks that could not be run, beside one that passed', () => {
    expect(() => approve(withReport(0, { checks: [check('passed'), check('not run')] }))).not.toThrow();
  });

  test('takes the same image staged twice as one', () => {
    expect(() => approve({ ...good, staged: [...staged, ...staged] })).not.toThrow();
  });

  const { valkey: _, ...unnamed } = testLine;
  test.each<[string, string, ReleaseRecords]>([
    ['VP520', 'one platform of one variant is missing', { ...good, staged: staged.slice(0, 3) }],
    ['VP520', 'nothing is staged', { ...good, staged: [] }],
    [
      'VP520',
      'a platform that is wanted is missing',
      { ...good, staged: staged.filter((image) => image.platform === 'linux/amd64') },
    ],
    ['VP522', 'an image is of another line', withStaged(1, { line: '9.1' })],
    ['VP522', 'an image is of a variant that the line does not have', withStaged(3, { variant: 'search' })],
    ['VP522', 'an image is of a variant with the name of a property', withStaged(3, { variant: 'constructor' })],
    ['VP522', 'an image was staged elsewhere', withStaged(2, { repository: 'ghcr.io/kailas-cloud/valkey-bundle' })],
    ['VP522', 'an image was built from another lock', withStaged(0, { lock: 'b'.repeat(64) })],
    ['VP522', 'an image holds another version than the line', withStaged(0, { valkey: '9.0.5' })],
    ['VP522', 'two images hold different versions', { ...withStaged(3, { valkey: '9.0.5' }), line: unnamed }],
    ['VP522', 'one platform is left from a build of other inputs', withStaged(1, { inputs: 'd'.repeat(64) })],
    ['VP522', 'one place is staged twice', { ...good, staged: [...staged, { ...stagedAs(digest(5)) }] }],
    ['VP530', 'there are no reports', { ...good, reports: [] }],
    ['VP530', 'one report is missing', { ...good, reports: reports.slice(1) }],
    ['VP530', 'a report is about another digest', withReport(2, { digest: digest(9) })],
    ['VP530', 'a report is about a local image, which has no digest', withReport(2, { digest: null })],
    ['VP530', 'a report is about another line', withReport(2, { line: '9.1' })],
    ['VP530', 'a report is about another variant', withReport(0, { variant: 'coordinator' })],
    ['VP530', 'a report is about another platform', withReport(0, { platform: 'linux/arm64' })],
    ['VP530', 'a report has no checks', withReport(0, { checks: [] })],
    ['VP530', 'no check of a report could be run', withReport(0, { checks: [check('not run')] })],
    ['VP531', 'a report has a failed check', withReport(3, { checks: [check('passed'), check('failed')] })],
    [
      'VP531',
      'one of two reports on a digest has a failed check',
      { ...good, reports: [...reports, ...withReport(1, { checks: [check('failed')] }).reports] },
    ],
  ])('is refused with %s where %s', (code, __, records) => {
    expect(() => approve(records)).toThrow(expect.objectContaining({ code }));
  });

  test('that is refused for its tests names every image that lacks them', () => {
    expect(() => approve({ ...good, reports: reports.slice(2) })).toThrow(new RegExp(`${digest(1)}[^]*${digest(2)}`));
  });
});
