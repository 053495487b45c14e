import { describe, expect, it } from 'vitest';
import { commitOfBranch, commitOfTag, nearestTags, parseRefs, requireUnmoved } from '../../../scripts/inputs/git.ts';
import { PipelineError } from '../../../scripts/lib/pipeline-error.ts';

const [a = '', b = '', c = ''] = ['a', 'b', 'c'].map((digit) => digit.repeat(40));

it('an annotated tag leads to the commit behind it, whichever line comes first', () => {
  const lines = [`${a}\trefs/tags/1.0.0`, `${b}\trefs/tags/1.0.0^{}`];
  expect(parseRefs(lines.join('\n')).tags.get('1.0.0')).toBe(b);
  expect(parseRefs(lines.toReversed().join('\n')).tags.get('1.0.0')).toBe(b);
});

it('a lightweight tag leads to its commit; branches are kept apart from tags', () => {
  const { tags, branches } = parseRefs(`${a}\trefs/tags/main\n${c}\trefs/heads/main\n${b}\trefs/heads/feature/x\n`);
  expect([[...tags], [...branches]]).toEqual([
    [['main', a]],
    [
      ['main', c],
      ['feature/x', b],
    ],
  ]);
});

it('what is no ref is passed over: warnings, HEAD, pull requests', () => {
  const text = `warning: something\n${a}\tHEAD\n${b}\trefs/pull/1/head\n\n`;
  expect(parseRefs(text)).toEqual({ tags: new Map(), branches: new Map() });
});

const refs = { tags: new Map([['1.0.0', a]]), branches: new Map([['main', b]]) };

function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof PipelineError) return error.code;
    throw error;
  }
  return 'none';
}

it('a tag is a tag: a branch of its name does not do', () => {
  expect(commitOfTag('x', 'https://example.com', '1.0.0', refs)).toBe(a);
  expect(codeOf(() => commitOfTag('x', 'https://example.com', 'main', refs))).toBe('VP203');
});

it('a branch is looked for first, then a tag', () => {
  expect(commitOfBranch('x', 'https://example.com', 'main', refs)).toBe(b);
  expect(commitOfBranch('x', 'https://example.com', '1.0.0', refs)).toBe(a);
  expect(codeOf(() => commitOfBranch('x', 'https://example.com', 'master', refs))).toBe('VP203');
});

it('a tag that leads elsewhere than it did has moved', () => {
  expect(codeOf(() => requireUnmoved('x', 'https://example.com', '1.0.0', a, a))).toBe('none');
  expect(codeOf(() => requireUnmoved('x', 'https://example.com', '1.0.0', a, b))).toBe('VP204');
});

describe('advice for a tag that does not exist', () => {
  it.each([
    ['1.0.9', ['1.0.1', '1.0.10', '1.0.2', '2.0.0'], 'did you mean 1.0.1? write one of 1.0.10, 1.0.2, 1.0.1'],
    ['v1.0.2', ['1.0.2', '1.0.1'], 'did you mean 1.0.2? write one of 1.0.2, 1.0.1'],
    ['7.7.7', ['1.0.2', '1.2.0', '1.2.0-rc1'], 'write one of 1.2.0, 1.0.2'],
    [
      '9.0.9-trixie',
      ['9.0.4-alpine', '9.0.4-trixie', '9.0.3-trixie', 'latest'],
      'write one of 9.0.4-trixie, 9.0.3-trixie',
    ],
    ['1.0.0', [], 'no tags at all'],
  ])('%s of %s names the nearest, and the newest that can be compared', (tag, known, advice) => {
    expect(nearestTags(tag, known)).toContain(advice);
  });
});
