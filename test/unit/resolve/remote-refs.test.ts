import { expect, it } from 'vitest';
import { parseRefs } from '../../../scripts/resolve/remote-refs.ts';

const [a, b, c] = ['a', 'b', 'c'].map((digit) => digit.repeat(40));

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
