import { expect, it } from 'vitest';
import { type OwnRecords, whatIsLeft } from '../../../scripts/release/what-is-left.ts';
import { stagedAs } from '../../support/registry-release.ts';

const repository = '127.0.0.1:1/bundle';
const digest = (digit: number): string => `sha256:${String(digit).repeat(64)}`;
const platform = 'linux/amd64';
const tags = [
  { tag: '9.0', variant: 'default', digest: digest(1), platform, image: digest(3) },
  { tag: 'latest', variant: 'default', digest: digest(1), platform, image: digest(3) },
  { tag: '9.0-coordinator', variant: 'coordinator', digest: digest(2), platform, image: digest(4) },
] as const;
const recordOf = (one: number, other: number, of = repository): OwnRecords['published'] => ({
  repository: of,
  variants: { default: { digest: digest(one), tags: [] }, coordinator: { digest: digest(other), tags: [] } },
});
const staged = [stagedAs(digest(3)), stagedAs(digest(4), { variant: 'coordinator' })];
const earlier = [stagedAs(digest(7)), stagedAs(digest(8), { variant: 'coordinator' })];

it.each<[left: ReturnType<typeof whatIsLeft>, where: string, records: OwnRecords]>([
  ['nothing', 'published.json names what the tags lead to', { published: recordOf(1, 2), staged }],
  ['nothing', 'it does, and another build is staged since', { published: recordOf(1, 2), staged: earlier }],
  ['publish', 'published.json is missing, and the images are staged from here', { published: null, staged }],
  ['publish', 'published.json is of the release before', { published: recordOf(5, 6), staged }],
  ['publish', 'published.json is of the release before for one variant', { published: recordOf(1, 6), staged }],
  ['publish', 'published.json is of another repository', { published: recordOf(1, 2, '127.0.0.1:1/other'), staged }],
  ['nothing here', 'there are no records at all, as in a fresh clone', { published: null, staged: [] }],
  ['nothing here', 'the records are of a release before', { published: recordOf(5, 6), staged: earlier }],
  ['nothing here', 'one of the images was not staged from here', { published: null, staged: staged.slice(1) }],
  [
    'nothing here',
    'they were staged into another repository',
    { published: null, staged: staged.map((image) => ({ ...image, repository: '127.0.0.1:1/other' })) },
  ],
  [
    'nothing here',
    'they were staged for another platform',
    { published: null, staged: staged.map((image) => ({ ...image, platform: 'linux/arm64' })) },
  ],
])('of a release whose tags are right, %s is left where %s', (left, _, records) => {
  expect(whatIsLeft(tags, repository, records)).toBe(left);
});
