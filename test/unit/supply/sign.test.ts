import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { labels as imageLabels } from '../../../scripts/image/labels.ts';
import { readBuildRun } from '../../../scripts/supply/provenance.ts';
import { commitsOf, prepareSigning, subjectsOf } from '../../../scripts/supply/sign.ts';
import { fakeRegistry, heldFiles, type StoredImage } from './fake-registry.ts';
import { builtModule, hex, inputsWith } from './sbom-fixture.ts';

const [commit, other] = [hex('7', 40), hex('8', 40)];

/** Images of an index, each with the revision that it says it is of; null: it says nothing. */
const images = (...revisions: readonly (string | null)[]) =>
  revisions.map((revision, at) => ({
    digest: `sha256:${hex(String(at), 64)}`,
    labels: revision === null ? {} : { [imageLabels.revision]: revision },
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

describe('what is attested', () => {
  const prepare = async (stored: StoredImage) => {
    const dist = await mkdtemp(join(tmpdir(), 'sign-'));
    onTestFinished(() => rm(dist, { recursive: true }));
    const { registry, digest } = fakeRegistry(stored);
    return prepareSigning(registry, { workspace: { modules: '', dist }, digest, run: readBuildRun({}) });
  };
  const files = heldFiles(inputsWith([builtModule('search')]));

  it('is the list that is in the image, byte for byte, and a provenance of the records beside it', async () => {
    const { images: signed, provenance } = await prepare({ architecture: 'amd64', layers: [files] });
    expect(await readFile(signed[0]?.sbom ?? '', 'utf8')).toBe(files['sbom.cdx.json']);
    expect(await readFile(provenance, 'utf8')).toContain(builtModule('search').record.commit ?? '');
  });

  it.each<[what: string, image: StoredImage]>([
    ['a list for another architecture', { architecture: 'arm64', layers: [files] }],
    [
      'the record of another file',
      {
        architecture: 'amd64',
        layers: [
          { ...files, 'build/search.json': JSON.stringify(builtModule('search', { sha256: hex('9', 64) }).record) },
        ],
      },
    ],
  ])('is not %s: VP624', async (_, image) => {
    await expect(prepare(image)).rejects.toMatchObject({ code: 'VP624' });
  });
});

it('the subjects of an attestation are every index and image, once each, as sha256sum lists files', () => {
  const [index, one, two] = [hex('1', 64), hex('2', 64), hex('3', 64)];
  const image = (digest: string) => ({ digest: `sha256:${digest}`, sbom: '/nowhere' });
  const repository = 'ghcr.io/org/bundle';
  const thing = (digest: string, ...under: string[]) => ({
    repository,
    digest: `sha256:${digest}`,
    images: under.map(image),
  });
  const lines = [index, one, two].map((digest) => `${digest}  ${repository}\n`);
  expect(subjectsOf([thing(index, one, two), thing(one, one)])).toBe(lines.join(''));
});
