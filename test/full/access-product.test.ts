import { it } from 'vitest';
import { productCells } from '../support/access/cells.ts';
import { compareAll } from '../support/access/compare.ts';
import { expectEqual } from '../support/expect-equal.ts';

it('who gets in comes out by the rules for everything that is said about it, beside every password for the primary', () => {
  expectEqual(compareAll(productCells()));
});
