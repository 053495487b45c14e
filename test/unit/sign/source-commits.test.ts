import { describe, expect, it } from 'vitest';
import { labels } from '../../../scripts/image/labels.ts';
import { commitsOf } from '../../../scripts/sign/prepare.ts';
import { hex } from '../sbom/fixture.ts';

const [commit, other] = [hex('7', 40), hex('8', 40)];

/** Images of an index, each with the revision that it says it is of; null: it says nothing. */
const images = (...revisions: readonly (string | null)[]) =>
  revisions.map((revision, at) => ({
    digest: `sha256:${hex(String(at), 64)}`,
    architecture: 'amd64',
    labels: revision === null ? {} : { [labels.revision]: revision },
  }));

describe('the commits that a provenance names', () => {
  it.each<[what: string, revisions: readonly (string | null)[], named: readonly string[]]>([
    ['of images of one commit are that one', [commit, commit], [commit]],
    ['of images of two commits are both', [commit, other], [commit, other]],
    ['keep the mark of changed files', [`${commit}-dirty`, commit], [`${commit}-dirty`, commit]],
    ['of images that name none are none', [null, null], []],
  ])('%s', (_, revisions, named) => {
    expect(commitsOf(images(...revisions), { commit: null })).toEqual(named);
  });

  it('are those of the workflow, with or without changed files', () => {
    expect(commitsOf(images(commit, `${commit}-dirty`), { commit })).toEqual([commit, `${commit}-dirty`]);
  });

  it.each([
    ['of another commit', [commit, other]],
    ['of no known commit', [commit, null]],
  ])('are not those of a workflow where an image is %s: VP624', (_, revisions) => {
    expect(() => commitsOf(images(...revisions), { commit })).toThrow(expect.objectContaining({ code: 'VP624' }));
  });
});
