import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Cell, circumstances, seats, statementsFor, titleOf } from '../../matrix/merge/cells.ts';
import { compare } from '../../matrix/merge/compare.ts';
import { subjects } from '../../matrix/merge/subjects.ts';

/** Any number of places speaking at once. */
const crowd: fc.Arbitrary<Cell> = fc
  .record({ subject: fc.constantFrom(...subjects), circumstance: fc.constantFrom(...circumstances) })
  .chain(({ subject, circumstance }) =>
    fc
      .tuple(
        ...seats.map((seat) => {
          const all = statementsFor(subject, seat);
          return all.length === 0 ? fc.constant(null) : fc.option(fc.constantFrom(...all));
        }),
      )
      .map((said) => ({ subject, circumstance, statements: said.filter((statement) => statement !== null) })),
  );

it('a cell comes out by the rules however many places speak', () => {
  fc.assert(
    fc.property(crowd, (cell) => {
      const { expected, got } = compare(cell);
      expect(got, titleOf(cell)).toEqual(expected);
    }),
    { numRuns: 1500, seed: 1 },
  );
});
