import { describe, expect, test } from 'vitest';
import { labels as names } from '../../../scripts/image/labels.ts';
import type { Platform } from '../../../scripts/lib/platform.ts';
import {
  chooseStaged,
  type InspectedImage,
  requireOneBuild,
  requireVerified,
} from '../../../scripts/publish/approve.ts';
import type { StagedRelease } from '../../../scripts/publish/release-file.ts';
import type { VerifyReport } from '../../../scripts/verify/report.ts';
import { reportOn, stagedAs, testLabels, testLine, testLock } from '../../support/registry-release.ts';

const repository = '127.0.0.1:1/bundle';
const digest = (digit: number): string => `sha256:${String(digit).repeat(64)}`;
const problem = (code: string) => expect.objectContaining({ code });

describe('what was staged', () => {
  const good = (platform: Platform): StagedRelease => ({
    ...{ line: '9.0', platform, repository },
    variants:
      platform === 'linux/amd64'
        ? { default: digest(1), coordinator: digest(3) }
        : { default: digest(2), coordinator: digest(4) },
  });
  const choose = (amd64: StagedRelease | null, arm64: StagedRelease | null = good('linux/arm64')) =>
    chooseStaged(
      testLine,
      repository,
      new Map([
        ['linux/amd64', amd64],
        ['linux/arm64', arm64],
      ]),
    );
  const amd64 = good('linux/amd64');

  test('is taken variant by variant, the images in the order of the platforms', () => {
    const images = choose(amd64);
    expect(images.map((image) => `${image.variant} ${image.platform} ${image.digest}`)).toEqual([
      `default linux/amd64 ${digest(1)}`,
      `default linux/arm64 ${digest(2)}`,
      `coordinator linux/amd64 ${digest(3)}`,
      `coordinator linux/arm64 ${digest(4)}`,
    ]);
    expect(images[0]?.reference).toBe(`${repository}@${digest(1)}`);
  });

  test.each<[string, string, StagedRelease | null]>([
    ['VP520', 'a platform is missing', null],
    ['VP520', 'one variant of a platform is missing', { ...amd64, variants: { default: digest(1) } }],
    ['VP522', 'it is of another line', { ...amd64, line: '9.1' }],
    [
      'VP522',
      'it has a variant that the line does not have',
      { ...amd64, variants: { ...amd64.variants, search: digest(5) } },
    ],
    [
      'VP522',
      'it has a variant with the name of a property',
      { ...amd64, variants: { ...amd64.variants, constructor: digest(5) } },
    ],
    ['VP522', 'it was staged elsewhere', { ...amd64, repository: 'ghcr.io/kailas-cloud/valkey-bundle' }],
  ])('is refused with %s where %s', (code, _, release) => {
    expect(() => choose(release)).toThrow(problem(code));
  });
});

describe('the reports', () => {
  const staged = [
    stagedAs(digest(1)),
    stagedAs(digest(2), { platform: 'linux/arm64' }),
    stagedAs(digest(3), { variant: 'coordinator' }),
  ];
  const reports = staged.map(reportOn);
  const check = (result: 'passed' | 'failed' | 'not run') => ({
    name: 'a check',
    result,
    note: 'seen',
    milliseconds: 1,
  });
  const changed = (number: number, change: Partial<VerifyReport>): VerifyReport[] =>
    reports.map((report, at) => (at === number ? { ...report, ...change } : report));

  test.each<[string, VerifyReport[]]>([
    ['one about every digest has a check that passed', reports],
    ['checks could not be run, beside one that passed', changed(0, { checks: [check('passed'), check('not run')] })],
    ['others are about other digests', [...reports, ...changed(0, { digest: digest(9), checks: [check('failed')] })]],
  ])('are enough where %s', (_, given) => {
    expect(() => requireVerified(staged, given)).not.toThrow();
  });

  test.each<[string, string, VerifyReport[]]>([
    ['VP530', 'there are none', []],
    ['VP530', 'one is missing', reports.slice(1)],
    ['VP530', 'one is about another digest', changed(2, { digest: digest(9) })],
    ['VP530', 'one is about a local image, which has no digest', changed(2, { digest: null })],
    ['VP530', 'one is about another line', changed(2, { line: '9.1' })],
    ['VP530', 'one is about another variant', changed(0, { variant: 'coordinator' })],
    ['VP530', 'one is about another platform', changed(0, { platform: 'linux/arm64' })],
    ['VP530', 'one has no checks', changed(0, { checks: [] })],
    ['VP530', 'no check of one could be run', changed(0, { checks: [check('not run')] })],
    ['VP531', 'one has a failed check', changed(2, { checks: [check('passed'), check('failed')] })],
    ['VP531', 'one of two on a digest has a failed check', [...reports, ...changed(1, { checks: [check('failed')] })]],
  ])('are refused with %s where %s', (code, _, given) => {
    expect(() => requireVerified(staged, given)).toThrow(problem(code));
  });

  test('that are missing are named by every image that lacks one', () => {
    const refused = () => requireVerified(staged, reports.slice(2));
    expect(refused).toThrow(new RegExp(`${digest(1)}[^]*${digest(2)}`));
  });
});

describe('what the images say of themselves', () => {
  const inspected = (number: number, variant: string, labels: Record<string, string> = {}): InspectedImage => ({
    ...stagedAs(digest(number), { variant }),
    ...{ mediaType: 'application/x', size: 1 },
    labels: { ...testLabels(variant), [names.revision]: 'c'.repeat(40), ...labels },
  });
  const images = [inspected(1, 'default'), inspected(2, 'default'), inspected(3, 'coordinator')];
  const { valkey: _, ...unnamed } = testLine;

  test('gives the version of the server, behind which a variant has its name', () => {
    expect(requireOneBuild(testLine, testLock, images)).toBe('9.0.4');
    const others = [
      inspected(1, 'default', { [names.version]: '9.1.2' }),
      inspected(3, 'coordinator', { [names.version]: '9.1.2-coordinator' }),
    ];
    expect(requireOneBuild(unnamed, testLock, others)).toBe('9.1.2');
  });

  test('need not name a revision: outside of a checkout there is none', () => {
    const without = images.map(({ labels: { [names.revision]: _, ...labels }, ...image }) => ({ ...image, labels }));
    expect(() => requireOneBuild(testLine, testLock, without)).not.toThrow();
    expect(() => requireOneBuild(testLine, testLock, [...images, ...without])).toThrow(problem('VP522'));
  });

  test.each<[string, Record<string, string>]>([
    ['line', { [names.line]: '9.1' }],
    ['variant', { [names.variant]: 'coordinator' }],
    ['lock', { [names.lock]: 'b'.repeat(64) }],
    ['version of Valkey', { [names.version]: '9.0.5' }],
    ['revision', { [names.revision]: `${'c'.repeat(40)}-dirty` }],
  ])('is refused with VP522 where one image has another %s', (what, labels) => {
    const refused = () => requireOneBuild(unnamed, testLock, [...images, inspected(4, 'default', labels)]);
    expect(refused).toThrow(problem('VP522'));
    expect(refused).toThrow(`its ${what} is`);
  });

  test('is refused with VP522 where it holds another version than the line, or names none', () => {
    expect(() => requireOneBuild({ ...testLine, valkey: '9.0.5' }, testLock, images)).toThrow(problem('VP522'));
    const silent = inspected(1, 'default', { [names.version]: '' });
    expect(() => requireOneBuild(unnamed, testLock, [silent])).toThrow(problem('VP522'));
  });
});
