import { existsSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { paths } from '../../../scripts/lib/workspace.ts';
import {
  allPages,
  anchorsOf,
  blocksOf,
  commandLinesOf,
  commandsToRun,
  linksOf,
  missingLine,
  readPage,
  reasons,
} from '../../support/pages.ts';

const pages = allPages();

describe('every page', () => {
  it.each(pages)('%s leads to files and headings that are there', (page) => {
    const broken = linksOf(readPage(page)).flatMap(({ line, target }) => {
      const [file = '', anchor] = target.split('#');
      const path = file === '' ? page : normalize(join(dirname(page), decodeURIComponent(file)));
      const place = `${page}:${line}: ${target}`;
      if (path.startsWith('..') || !existsSync(join(paths.root, path))) return [`${place} is not there`];
      if (anchor === undefined || statSync(join(paths.root, path)).isDirectory()) return [];
      return anchorsOf(readPage(path)).has(decodeURIComponent(anchor)) ? [] : [`${place}: no such heading`];
    });
    expect(broken).toEqual([]);
  });

  it('says of every block of commands who runs it, or why nobody can', () => {
    const counts = new Map<string, number>();
    for (const page of pages)
      for (const { line, kind } of blocksOf(readPage(page), page)) {
        if (kind.kind === 'by' && !existsSync(join(paths.root, kind.file)))
          throw new Error(`${page}:${line}: there is no test ${kind.file}`);
        if (kind.kind === 'by' && !readPage(kind.file).includes(page.replace('.ru.md', '.md')))
          throw new Error(`${page}:${line}: the test ${kind.file} does not name this page`);
        const word =
          kind.kind === 'not' ? `not run: ${kind.reason}` : kind.kind === 'by' ? 'run by a test of its own' : kind.kind;
        counts.set(word, (counts.get(word) ?? 0) + 1);
      }
    console.log(
      `Blocks of the pages: ${[...counts]
        .toSorted()
        .map(([word, count]) => `${count} ${word}`)
        .join(', ')}`,
    );
    expect(counts.get('run') ?? 0).toBeGreaterThan(0);
    const unused = Object.keys(reasons).filter((reason) => !counts.has(`not run: ${reason}`));
    expect(unused, 'reasons that no page gives').toEqual([]);
  });

  const translated = pages.filter((page) => page.endsWith('.ru.md'));
  it.each(translated)('%s has the commands of the English page', (page) => {
    const english = page.replace(/\.ru\.md$/, '.md');
    expect(commandLinesOf(readPage(page), page)).toEqual(commandLinesOf(readPage(english), english));
    expect(inlineCommands(readPage(page))).toEqual(inlineCommands(readPage(english)));
  });
});

function inlineCommands(text: string): string[] {
  const outside = text.replaceAll(/^```.*\n[\s\S]*?^```$/gm, '');
  return [...outside.matchAll(/`([^`\n]+)`/g)]
    .map(([, code = '']) => code)
    .filter((code) => code.includes(' '))
    .toSorted();
}

describe('a page as a test reads it', () => {
  const text = [
    '# A heading: `code` and [a link](other.md#part)',
    '```sh',
    'echo one   # a remark',
    '```',
    '',
    '```text',
    'one ... two',
    '```',
    '```sh not=kubernetes',
    'kubectl get pods',
    '```',
    '## Same',
    '## Same',
    '`[not](a-link.md)` but <img src="docs/x.svg"> and [out](https://example.org)',
  ].join('\n');

  it('gives the commands to run, with the output that stands directly below', () => {
    expect(commandsToRun(text, 'p')).toEqual([{ line: 2, script: 'echo one   # a remark\n', output: 'one ... two\n' }]);
  });

  it('gives commands without their remarks, run or not', () => {
    expect(commandLinesOf(text, 'p')).toEqual(['echo one', 'kubectl get pods']);
  });

  it('has links where no code is', () => {
    expect(linksOf(text).map(({ target }) => target)).toEqual(['other.md#part', 'docs/x.svg']);
  });

  it('has the anchors that GitHub makes', () => {
    expect([...anchorsOf(text)]).toEqual(['a-heading-code-and-a-link', 'same', 'same-1']);
  });

  it.each(['```\nx\n```', '```sh not=mood\nx\n```', '```sh by=a b\nx\n```', '```sh\nx'])('refuses %j', (wrong) => {
    expect(() => blocksOf(wrong, 'p')).toThrow(/^p:1: /);
  });

  it.each([
    ['a  b ... d\n', 'x\n a b c d \n', null],
    ['same\nsame\n', 'same\nother\n', 'same'],
    ['a.c\n', 'abc\n', 'a.c'],
  ])('looks for %j in %j: missing %j', (expected, printed, missing) => {
    expect(missingLine(expected, printed)).toBe(missing);
  });
});
