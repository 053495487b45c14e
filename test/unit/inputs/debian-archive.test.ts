import { expect, it } from 'vitest';
import { parseDeb822, sourceFiles } from '../../../scripts/inputs/debian-archive.ts';

const text = `Package: redisearch
Version: 1:1.2.2-4
Checksums-Sha256:
 bbb 34 b.tar.xz
 aaa 12 a.dsc
Description: a search engine
 with a second line
Homepage: https://example.com/x

Package: other
Extra-Source-Only: yes

`;

it('paragraphs, fields in any case, and continued lines are read', () => {
  const [first, second, ...rest] = parseDeb822(text);
  expect(rest).toEqual([]);
  expect(first?.get('version')).toBe('1:1.2.2-4');
  expect(first?.get('description')).toBe('a search engine\nwith a second line');
  expect(first?.get('homepage')).toBe('https://example.com/x');
  expect(second?.get('extra-source-only')).toBe('yes');
});

it('the files of a source package are sorted by name', () => {
  const [first] = parseDeb822(text);
  expect(sourceFiles(first ?? new Map())).toEqual([
    { name: 'a.dsc', sha256: 'aaa', size: 12 },
    { name: 'b.tar.xz', sha256: 'bbb', size: 34 },
  ]);
});

it('no text has no paragraphs', () => {
  expect(parseDeb822('\n\n')).toEqual([]);
});
