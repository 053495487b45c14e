import { expect, it } from 'vitest';
import { table } from '../../../../entrypoint/text/table.ts';

it('the columns of a table are as wide as their widest cell, and no line ends in spaces', () => {
  expect(table([['a', 'long cell', ''], ['wider', 'b'], []])).toEqual(['a      long cell', 'wider  b', '']);
});
