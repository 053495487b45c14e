import { expect, it } from 'vitest';
import { crossedCells, requirepassCells } from '../../support/access/cells.ts';
import { compareAll } from '../../support/access/compare.ts';
import { expectEqual } from '../../support/expect-equal.ts';

it('who gets in comes out by the rules for every rule, password and address beside each other', () => {
  expect(crossedCells()).toHaveLength(39 * 4 * 8 * 3 * 2);
  expectEqual(compareAll(crossedCells()));
});

it('requirepass comes out by the rules in all places at once', () => {
  expect(requirepassCells()).toHaveLength(4 ** 5 * 2);
  expectEqual(compareAll(requirepassCells()));
});
