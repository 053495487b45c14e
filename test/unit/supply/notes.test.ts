import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  type NotesInput,
  previousRelease,
  recordsOf,
  releaseCommands,
  releaseNotes,
} from '../../../scripts/supply/notes.ts';
import type { SbomInputs } from '../../../scripts/supply/sbom-inputs.ts';
import { contentOf } from './fake-registry.ts';
import { builtModule, hex, inputsWith } from './sbom-fixture.ts';

const documentOf = (inputs: SbomInputs): NotesInput['now'] => contentOf(inputs).document;
const same = documentOf(inputsWith([builtModule('search')]));
const tag = 'v9.0.4-20261101';

const notesOf = (now: NotesInput['now'], was: NotesInput['now'] | null = same): string =>
  releaseNotes({ now, before: { tag, document: was }, images: [] });

/** The cells of the row about one part. */
function row(notes: string, part: string): string[] | undefined {
  const found = notes.split('\n').find((line) => line.startsWith(`| ${part} |`));
  return found?.slice(2, -2).split(' | ').slice(1);
}
const change = (notes: string, part: string): string | undefined => row(notes, part)?.at(-1);

const { base } = inputsWith([]);
const pinned = { name: 'grpc', origin: 'https://github.com/grpc/grpc', pinned: true };

describe('release notes', () => {
  test('of a release without any difference say so of every part', () => {
    const notes = notesOf(same);
    const parts = ['base', 'valkey', 'node', 'search'];
    expect(parts.map((part) => change(notes, part))).toEqual(parts.map(() => 'as before'));
    expect(notes).toContain('Changes since v9.0.4-20261101.');
  });

  test('of the first release call every part new', () => {
    const notes = releaseNotes({ now: same, before: null, images: [] });
    expect(['base', 'node', 'search'].map((part) => change(notes, part))).toEqual(Array(3).fill('**new**'));
    expect(notes).toContain('First release of this line.');
  });

  test('say that the image of the earlier release is gone instead of comparing with nothing', () => {
    const notes = notesOf(same, null);
    expect(notes).toContain('is not known');
    expect(change(notes, 'search')).toBe('**new**');
  });

  test('name version, commit and digest of each part, linked where the host is known', () => {
    const notes = notesOf(same);
    expect(row(notes, 'base')?.slice(0, 2)).toEqual(['docker.io/valkey/valkey:9.0.4', `\`sha256:${hex('d', 64)}\``]);
    const link = `https://github.com/example/search/commit/${hex('a', 40)}`;
    expect(row(notes, 'search')?.slice(0, 2)).toEqual(['1.0.2', `[\`${hex('a', 12)}\`](${link})`]);
  });

  test('do not link to a host whose pages are not known', () => {
    const elsewhere = documentOf(inputsWith([builtModule('search', { origin: 'https://git.example/search' })]));
    expect(row(notesOf(elsewhere), 'search')?.[1]).toBe(`\`${hex('a', 12)}\``);
  });

  test.each<[string, SbomInputs, string, string]>([
    [
      'a newer module has both versions and a link to the changes between the commits',
      inputsWith([builtModule('search', { version: '1.0.3', tag: '1.0.3', commit: hex('b', 40) })]),
      'search',
      `**1.0.2 → 1.0.3** ([changes](https://github.com/example/search/compare/${hex('a', 40)}...${hex('b', 40)}))`,
    ],
    [
      'a tag that leads to another commit is not called the same',
      inputsWith([builtModule('search', { commit: hex('b', 40) })]),
      'search',
      `**same name, other content** ([changes](https://github.com/example/search/compare/${hex('a', 40)}...${hex('b', 40)}))`,
    ],
    [
      'a base that was rebuilt is not called the same',
      inputsWith([], { base: { ...base, digest: `sha256:${hex('2', 64)}` } }),
      'base',
      '**same name, other content**',
    ],
    [
      'another Node is named',
      inputsWith([], { entrypoint: { version: '0.1.0', node: '26.11.0' } }),
      'node',
      '**26.10.0 → 26.11.0**',
    ],
    ['a module that left the line is named', inputsWith([]), 'search', '**removed**'],
    ['a module that came into the line is new', inputsWith([builtModule('json')]), 'json', '**new**'],
    [
      'what the build of a module brought in is a part, too',
      inputsWith([builtModule('search', { dependencies: [{ ...pinned, version: `v1.70.1 ${hex('e', 40)}` }] })]),
      'grpc',
      '**new**',
    ],
  ])('%s', (_title, now, part, expected) => {
    expect(change(notesOf(documentOf(now)), part)).toBe(expected);
  });

  test('list a Debian package only where it differs, and count the others', () => {
    const [libc] = base.packages;
    const packages = [{ name: 'libc6', architecture: 'amd64', version: '2.41-12+deb13u3' }, ...base.packages.slice(1)];
    const notes = notesOf(documentOf(inputsWith([builtModule('search')], { base: { ...base, packages } })));
    expect(change(notes, 'libc6')).toBe(`**${libc?.version} → 2.41-12+deb13u3**`);
    expect(row(notes, 'base-files')).toBeUndefined();
    expect(notes).toContain('Not listed: 1 Debian packages and crates as before');
  });

  test('name both versions of a crate that is there twice', () => {
    const crate = (version: string) => ({
      name: 'rand',
      version,
      source: 'registry+https://example.org',
      checksum: null,
    });
    const withCrates = (...versions: string[]) =>
      documentOf(inputsWith([builtModule('json', {}, versions.map(crate))]));
    expect(change(notesOf(withCrates('0.7.3', '0.8.6'), withCrates('0.7.3', '0.8.5')), 'rand')).toBe(
      '**0.7.3, 0.8.5 → 0.7.3, 0.8.6**',
    );
  });

  test('list the references that the tags lead to', () => {
    const images = [{ reference: 'ghcr.io/o/r@sha256:1', tags: ['9.0', 'latest'] }];
    expect(releaseNotes({ now: same, before: null, images })).toContain('- `ghcr.io/o/r@sha256:1`: `9.0`, `latest`');
  });

  test.each([
    ['a mention', '@everyone', '@&#8203;everyone'],
    ['an issue', '#12', '\\#&#8203;12'],
    ['a tag of HTML', '<script>', '&lt;script\\>'],
    ['a link', '[x](http://y)', '\\[x\\]\\(http://y\\)'],
    ['a cell border', 'a | b', 'a \\| b'],
  ])('show %s in a version as text', (_title, version, shown) => {
    expect(notesOf(documentOf(inputsWith([builtModule('search', { version })])))).toContain(`→ ${shown}**`);
  });
});

describe('the release before', () => {
  const released = ['v9.0.3-20260901', 'v9.0.4-20261001', 'v9.0.4-20261101'];
  const tags = [...released, 'v9.1.0-20261015', 'something'];
  const documentAt = async (of: string) => (released.includes(of) ? same : null);

  test.each([
    ['the newest release of the line, not of another one', tags, 'v9.0.4-20261122', 'v9.0.4-20261101'],
    ['the one before itself', tags, 'v9.0.4-20261101', 'v9.0.4-20261001'],
    ['not one of a later day, when an old tag is released again', tags, 'v9.0.4-20261001', 'v9.0.3-20260901'],
    ['the newest one for a tag of another form', tags, 'next', 'v9.0.4-20261101'],
    ['none for the first', ['v9.1.0-20261015', 'v1.0', 'something'], 'v9.0.4-20261122', undefined],
  ])('is %s', async (_title, known, own, expected) => {
    expect((await previousRelease(known, own, documentAt))?.tag).toBe(expected);
  });
});

describe('the release on GitHub', () => {
  const release = {
    ...{ tag: 'v9.0.4-20261122', title: '9.0.4', notes: 'notes.md', before: tag, assets: ['lock.json'] },
    commit: hex('c', 40),
  };

  test('is made with its files at the commit that was released, and GitHub adds what was merged since the one before', () => {
    expect(releaseCommands(release, false).map((args) => args.join(' '))).toEqual([
      `release create ${release.tag} --title 9.0.4 --notes-file notes.md --generate-notes --notes-start-tag ${tag} --target ${release.commit} lock.json`,
    ]);
  });

  test('has no list of merges where it is the first of its line', () => {
    expect(releaseCommands({ ...release, before: null }, false)[0]).not.toContain('--generate-notes');
  });

  test('that is there gets its files, and is published', () => {
    expect(releaseCommands(release, true)).toEqual([
      ['release', 'upload', release.tag, '--clobber', 'lock.json'],
      ['release', 'edit', release.tag, '--draft=false'],
    ]);
  });

  test('keeps the lock and every record of the line, and nothing else', async () => {
    const root = await mkdtemp(join(tmpdir(), 'records-'));
    onTestFinished(() => rm(root, { recursive: true }));
    const workspace = { modules: join(root, 'modules'), dist: join(root, 'dist') };
    const folder = join(workspace.dist, 'release', '9.0');
    await mkdir(join(folder, 'amd64'), { recursive: true });
    for (const name of ['release.json', 'amd64/release.json', 'notes.md', 'report-default-amd64.json'])
      await writeFile(join(folder, name), '');
    expect(await recordsOf(workspace, '9.0')).toEqual([
      join(folder, 'release.json'),
      join(folder, 'report-default-amd64.json'),
      join(workspace.modules, 'lock.json'),
    ]);
  });
});
