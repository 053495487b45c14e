import { expect, it } from 'vitest';
import { didYouMean } from '../../../scripts/lib/text.ts';

it.each([
  ['udpate', 'did you mean --update? '],
  ['Update', 'did you mean --update? '],
  ['lokced', 'did you mean --locked? '],
  ['registry', ''],
  ['update', ''],
])('of --update and --locked, %s was meant as: %j', (word, advice) => {
  expect(didYouMean(word, ['update', 'locked'], '--')).toBe(advice);
});
