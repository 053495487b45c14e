import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Hue, svgOf, wrap } from '../../../../entrypoint/tool/drawing.ts';
import { moduleFile } from '../../../support/elf.ts';
import { coordinatorBundle } from '../../../support/fake-image.ts';
import { tool } from '../../../support/fake-start.ts';
import { picturedStart } from '../../../support/pictured-start.ts';
import { type Box, elementsOf, rectsOf, textsOf } from '../../../support/svg.ts';

type Image = NonNullable<Parameters<typeof tool>[2]>;

function pictureOf(args: readonly string[], env = {}, image: Image = {}): string {
  const { stdout, stderr } = tool(['plan', '--svg', '--', ...args], env, image);
  expect(stdout, stderr).not.toBe('');
  return stdout;
}

/** The texts that stand in the card of a title, in their order. */
function cardOf(svg: string, title: string): string[] {
  const texts = textsOf(svg);
  const head = texts.find(({ text, look }) => look === 'name' && text === title);
  const card = rectsOf(svg, 'card').find((box) => head !== undefined && contains(box, head));
  if (card === undefined) throw new Error(`no card ${title}`);
  return texts.filter((text) => text !== head && contains(card, text)).map(({ text }) => text);
}

function contains(outer: Box, inner: Box): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** What stands outside of where it belongs, or on top of something else. */
function misplaced(svg: string): string[] {
  const [page, ...rest] = rectsOf(svg, 'page');
  expect(rest).toEqual([]);
  const cards = rectsOf(svg, 'card');
  const texts = textsOf(svg);
  const inCards = texts.filter(({ look }) => look !== 'heading' && look !== 'column');
  const pairs = (boxes: readonly Box[]) =>
    boxes.flatMap((a, index) => boxes.slice(index + 1).map((b) => [a, b] as const));
  return [
    ...[...cards, ...texts]
      .filter((box) => page === undefined || !contains(page, box))
      .map((box) => `off the page: ${show(box)}`),
    ...inCards.filter((text) => !cards.some((card) => contains(card, text))).map((text) => `in no card: ${show(text)}`),
    ...[...pairs(cards), ...pairs(texts)]
      .filter(([a, b]) => overlap(a, b))
      .map(([a, b]) => `overlapping: ${show(a)} and ${show(b)}`),
  ];
}

function show(box: Box & { readonly text?: string }): string {
  return JSON.stringify(box);
}

describe('the picture of a plan', () => {
  it('shows what each source said, the strongest first', () => {
    const svg = picturedStart();
    const names = textsOf(svg).flatMap(({ text, look, x }) => (look === 'name' && x < 250 ? [text] : []));
    expect(names).toEqual(['command line', 'configuration', 'environment', 'modules found']);
    expect(cardOf(svg, 'configuration')).toEqual(
      expect.arrayContaining(['/etc/valkey/valkey.conf:3', '--reader-threads 8']),
    );
    expect(cardOf(svg, 'environment')).toEqual(
      expect.arrayContaining(['SEARCH_MODULE_ARGS', 'search.writer-threads 4', 'VALKEY_PASSWORD']),
    );
  });

  it('shows what was decided about each module', () => {
    const svg = picturedStart();
    const verdicts = ['json', 'search', 'bloom', 'ldap'].map((name) =>
      cardOf(svg, name).filter((text) => /^[a-z]+$/.test(text)),
    );
    expect(verdicts).toEqual([['kept'], ['merged'], ['merged'], ['added']]);
    expect(cardOf(svg, 'messages')).toContain('VB407 warning');
  });

  it('shows the command line, and a password nowhere', () => {
    const svg = picturedStart();
    expect(cardOf(svg, 'argv')).toEqual(expect.arrayContaining(['valkey-server', '/etc/valkey/valkey.conf']));
    expect(svg).toContain('requirepass (redacted)');
    expect(svg).not.toContain('never-shown');
  });

  it('shows image defaults, an argument that is overridden, and the loads of an effective configuration', () => {
    const files = {
      '/x.conf':
        'cluster-enabled yes\nloadmodule /usr/lib/valkey/libsearch.so\nloadmodule /usr/lib/valkey/libvalkey_bloom.so bloom-fp-rate 0.1\nbf.bloom-fp-rate 0.2\n',
    };
    const svg = pictureOf(['/x.conf'], { VALKEY_MODULES: '-ldap' }, { files, bundle: coordinatorBundle });
    expect(cardOf(svg, 'image').join(' ')).toContain('--use-coordinator');
    expect(textsOf(svg).filter(({ look }) => look === 'struck')).toMatchObject([{ text: 'bloom-fp-rate 0.1' }]);
    expect(cardOf(svg, 'bloom')).toContain('overridden by /x.conf:4');
    expect(cardOf(svg, 'ldap')).toContain('skipped');
    expect(cardOf(svg, 'effective configuration').join('')).toContain('loadmodule/usr/lib/valkey/libjson.so');
    expect(misplaced(svg)).toEqual([]);
  });

  it('leads every load that was decided to where it stands, and so each directive', () => {
    const paths = elementsOf(picturedStart()).filter(({ name }) => name === 'path');
    const toResult = paths.filter(({ attributes }) => attributes['class'] === 'link result');
    // Four modules, a directive of search and one of bloom, and two for the password.
    expect(toResult).toHaveLength(8);
  });

  it.each([
    ['--version', 'it prints and ends: no modules'],
    ['--sentinel', 'a sentinel takes no modules'],
  ])('of %s says that there are no modules', (flag, title) => {
    const files = { '/s.conf': 'port 26379\n' };
    const svg = pictureOf(flag === '--version' ? ['valkey-server', flag] : ['/s.conf', flag], {}, { files });
    expect(textsOf(svg)).toContainEqual(expect.objectContaining({ text: title }));
    expect(misplaced(svg)).toEqual([]);
  });

  it('holds any number of modules and files', () => {
    const names = Array.from({ length: 120 }, (_, index) => `module${index}.so`);
    const files = Object.fromEntries(
      names.flatMap((name, index) => [
        [`/usr/lib/valkey/${name}`, moduleFile()],
        [`/conf/${index}.conf`, 'maxclients 100\n'],
      ]),
    );
    const svg = pictureOf(['/all.conf'], {}, { files: { ...files, '/all.conf': 'include /conf/*.conf\n' } });
    expect(textsOf(svg).filter(({ text }) => text === 'added')).toHaveLength(124);
    expect(cardOf(svg, 'configuration')).toContain('and 118 more files');
    expect(misplaced(svg)).toEqual([]);
  });

  it('escapes what XML would read, and what it forbids', () => {
    const svg = pictureOf(['valkey-server', '--proc-title-template', '<b>&amp;"\u001b\ufffe']);
    expect(cardOf(svg, 'argv')).toContain('<b>&amp;"\\x1b\ufffd');
  });
});

describe('a drawing', () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc.string({ unit: 'binary', maxLength: 60 }),
  );
  const anyRow = fc.record(
    { text: anyText, look: fc.constantFrom('plain', 'dim', 'struck'), dot: fc.constant<Hue>('file') },
    { requiredKeys: ['text'] },
  );
  const anyCard = fc.record(
    {
      title: anyText,
      badge: fc.constant('skipped'),
      hue: fc.constant<Hue>('image'),
      rows: fc.array(anyRow, { maxLength: 5 }),
    },
    { requiredKeys: ['title', 'rows'] },
  );
  const anyColumn = fc.record({ title: fc.constant('Said'), cards: fc.array(anyCard, { maxLength: 4 }) });

  it('is well-formed and has nothing outside of its place, whatever is said', () => {
    fc.assert(
      fc.property(anyText, fc.tuple(anyColumn, anyColumn, anyColumn), (description, columns) => {
        const svg = svgOf({ title: 'Any', description, columns, links: [] });
        expect(misplaced(svg)).toEqual([]);
      }),
    );
  });
});

describe('a long value', () => {
  it.each([
    ['short', 10, 2, ['short']],
    ['two words', 5, 2, ['two', 'words']],
    ['/usr/lib/valkey/libsearch.so', 20, 3, ['/usr/lib/valkey/', 'libsearch.so']],
    ['abcdefghij', 4, 3, ['abcd', 'efgh', 'ij']],
    ['abcdefghijklm', 4, 3, ['abcd', 'efgh', 'ijk…']],
    ['漢字漢字', 4, 2, ['漢字', '漢字']],
    ['漢字漢字', 5, 1, ['漢字…']],
    ['', 4, 2, ['']],
  ])('%j in lines of %d, at most %d of them', (text, width, most, expected) => {
    expect(wrap(text, width, most)).toEqual(expected);
  });
});
