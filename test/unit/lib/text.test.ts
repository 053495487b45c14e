import { expect, it } from 'vitest';
import { didYouMean, table } from '../../../scripts/lib/text.ts';

it.each([
  ['udpate', 'did you mean --update? '],
  ['Update', 'did you mean --update? '],
  ['lokced', 'did you mean --locked? '],
  ['registry', ''],
  ['update', ''],
])('of --update and --locked, %s was meant as: %j', (word, advice) => {
  expect(didYouMean(word, ['update', 'locked'], '--')).toBe(advice);
});

it('the columns of a table are as wide as their widest cell, and no line ends in spaces', () => {
  expect(table([['a', 'long cell', ''], ['wider', 'b'], []])).toEqual(['a      long cell', 'wider  b', '']);
});
