import { describe, expect, test } from 'vitest';
import { lockedLine } from '../../../scripts/data/lock.ts';
import { type NotesInput, releaseNotes } from '../../../scripts/release-notes/release-notes.ts';
import type { ReleasePoint } from '../../../scripts/release-notes/release-point.ts';
import { commitA, commitB, sampleLine, sampleLock } from '../workflows/sample-line.ts';

const digestA = `sha256:${'1'.repeat(64)}`;
const digestB = `sha256:${'2'.repeat(64)}`;
const commits = { search: commitA, bloom: commitA };
const point: ReleasePoint = { line: sampleLine(), locked: sampleLock(commits, digestA), node: '26.10.0' };
const tag = 'v9.0.4-20261101';
const input: NotesInput = { now: point, before: { tag, point }, commits: [], project: null, images: [] };

/** The cells of the row about one part. */
function row(notes: string, part: string): string[] | null {
  const found = notes.split('\n').find((line) => line.startsWith(`| ${part} |`));
  return found?.split(' | ').slice(1) ?? null;
}
const change = (notes: string, part: string): string | undefined => row(notes, part)?.at(-1)?.replace(/ \|$/, '');

describe('release notes', () => {
  test('of a release without any difference say so of every part', () => {
    const notes = releaseNotes(input);
    expect(['base', 'node', 'search', 'bloom'].map((part) => change(notes, part))).toEqual(Array(4).fill('as before'));
    expect(notes).toContain('Changes since v9.0.4-20261101.');
    expect(notes).toContain('## Entrypoint and image\n\nAs before.');
  });

  test('of the first release call every part new, and list no commits', () => {
    const notes = releaseNotes({ ...input, before: null });
    expect(['base', 'node', 'search', 'bloom'].map((part) => change(notes, part))).toEqual(Array(4).fill('**new**'));
    expect(notes).toContain('First release of this line.');
    expect(notes).not.toContain('Entrypoint');
  });

  test('name version, commit and digest of each part, linked where the host is known', () => {
    const notes = releaseNotes(input);
    expect(row(notes, 'base')?.slice(0, 2)).toEqual(['docker.io/valkey/valkey:9.0.4-trixie', `\`${digestA}\``]);
    const link = `https://github.com/valkey-io/valkey-search/commit/${commitA}`;
    expect(row(notes, 'search')?.slice(0, 2)).toEqual(['1.0.2', `[\`aaaaaaaaaaaa\`](${link})`]);
  });

  test.each<[string, Partial<ReleasePoint>, string, string]>([
    [
      'a newer module has both versions and a link to the changes between the commits',
      {
        line: sampleLine('9.0', '9.0.4', { search: { tag: '1.0.3' }, bloom: { tag: '1.0.0' } }),
        locked: sampleLock({ ...commits, search: commitB }, digestA),
      },
      'search',
      `**1.0.2 → 1.0.3** ([changes](https://github.com/valkey-io/valkey-search/compare/${commitA}...${commitB}))`,
    ],
    [
      'a tag that leads to another commit is not called the same',
      { locked: sampleLock({ ...commits, search: commitB }, digestA) },
      'search',
      `**same name, other content** ([changes](https://github.com/valkey-io/valkey-search/compare/${commitA}...${commitB}))`,
    ],
    [
      'a base that was rebuilt is not called the same',
      { locked: sampleLock(commits, digestB) },
      'base',
      '**same name, other content**',
    ],
    ['another Node is named', { node: '26.11.0' }, 'node', '**26.10.0 → 26.11.0**'],
    [
      'a module that left the line is named with its last version',
      { line: sampleLine('9.0', '9.0.4', { search: { tag: '1.0.2' } }) },
      'bloom',
      '**removed**',
    ],
    [
      'a module that came into the line is new',
      {
        line: sampleLine('9.0', '9.0.4', { search: { tag: '1.0.2' }, bloom: { tag: '1.0.0' }, json: { tag: '1.0.2' } }),
      },
      'json',
      '**new**',
    ],
  ])('%s', (_title, difference, part, expected) => {
    expect(change(releaseNotes({ ...input, now: { ...point, ...difference } }), part)).toBe(expected);
  });

  test('name what a build clones while it runs, and what became of it', () => {
    const withHash = (commit: string): ReleasePoint => {
      const locked = sampleLock(commits, digestA);
      const repository = 'https://github.com/google/highwayhash';
      const search = {
        ...locked.modules['search'],
        dependencies: { highwayhash: { repository, ref: 'master', commit } },
      };
      return { ...point, locked: lockedLine.parse({ ...locked, modules: { ...locked.modules, search } }) };
    };
    const notes = releaseNotes({ ...input, now: withHash(commitB), before: { tag, point: withHash(commitA) } });
    expect(change(notes, 'search/highwayhash')).toContain(`google/highwayhash/compare/${commitA}...${commitB}`);
  });

  test('claim neither a difference nor none where one of the releases was not locked', () => {
    const notes = releaseNotes({ ...input, before: { tag, point: { ...point, locked: null } } });
    expect(change(notes, 'search')).toBe('same version');
  });

  test('say that the earlier release is not recorded instead of comparing with nothing', () => {
    const notes = releaseNotes({ ...input, before: { tag, point: null } });
    expect(notes).toContain('is not recorded');
    expect(change(notes, 'search')).toBe('**new**');
  });

  test('do not link to a host whose pages are not known', () => {
    const elsewhere = {
      ...point,
      locked: lockedLine.parse(JSON.parse(JSON.stringify(point.locked).replaceAll('github.com', 'git.example'))),
    };
    expect(row(releaseNotes({ ...input, now: elsewhere }), 'search')?.[1]).toBe('`aaaaaaaaaaaa`');
  });

  test('list the commits to the image, and the references that its tags lead to', () => {
    const images = [{ reference: `ghcr.io/o/r@${digestA}`, tags: ['9.0', 'latest'] }];
    const notes = releaseNotes({
      ...input,
      images,
      commits: [{ id: commitB, subject: 'Start faster' }],
      project: 'https://github.com/o/r',
    });
    expect(notes).toContain(`- Start faster ([\`bbbbbbbbbbbb\`](https://github.com/o/r/commit/${commitB}))`);
    expect(notes).toContain(`- \`ghcr.io/o/r@${digestA}\`: \`9.0\`, \`latest\``);
  });

  test.each([
    ['a mention', 'Thank @everyone', 'Thank @&#8203;everyone'],
    ['an issue', 'Mend #12', 'Mend \\#&#8203;12'],
    ['a tag of HTML', 'Drop <script>', 'Drop &lt;script\\>'],
    ['a link', '[x](http://y)', '\\[x\\]\\(http://y\\)'],
    ['an entity', 'a &lt; b', 'a &amp;lt; b'],
    ['a cell border', 'a | b', 'a \\| b'],
    ['a heading on a line of its own', 'a\n# b', 'a \\# b'],
  ])('show %s in a subject as text', (_title, subject, shown) => {
    expect(releaseNotes({ ...input, commits: [{ id: commitA, subject }] })).toContain(`- ${shown} (`);
  });
});
