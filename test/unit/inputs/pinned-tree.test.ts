import { describe, expect, it } from 'vitest';
import { absoluteUrl, parseLinks, parseUrls } from '../../../scripts/inputs/pinned-tree.ts';

const commit = 'a'.repeat(40);

describe('the submodules of a commit', () => {
  it('are the links of its tree, also with odd paths', () => {
    const tree = [`100644 blob ${commit}\tREADME.md`, `160000 commit ${commit}\tdeps/with space\tand tab`, ''].join(
      '\0',
    );
    expect([...parseLinks(tree)]).toEqual([['deps/with space\tand tab', commit]]);
  });

  it('have the URLs that .gitmodules gives to their paths, whatever their names are', () => {
    const config = [
      'submodule.third.party.path\ndeps/one',
      'submodule.third.party.url\nhttps://example.com/one.git',
      'submodule.half.path\ndeps/two',
      '',
    ].join('\0');
    expect([...parseUrls(config)]).toEqual([['deps/one', 'https://example.com/one.git']]);
  });
});

describe("a submodule's URL", () => {
  it.each([
    ['https://example.com/a/b.git', 'https://other.example/c.git', 'https://other.example/c.git'],
    ['https://example.com/a/b.git', '../c.git', 'https://example.com/a/c.git'],
    ['https://example.com/a/b.git/', '../c.git/', 'https://example.com/a/c.git'],
    ['https://example.com/a/b', '../../d/c', 'https://example.com/d/c'],
    ['https://example.com/a/b.git', './c.git', 'https://example.com/a/b.git/c.git'],
    ['git@example.com:b.git', '../c.git', 'git@example.com:c.git'],
    ['https://example.com/a/b.git', '..c', '..c'],
  ])('counts from %s: %s is %s', (repository, url, absolute) => {
    expect(absoluteUrl(repository, url)).toBe(absolute);
  });
});
