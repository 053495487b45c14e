import fc from 'fast-check';
import { expect, it } from 'vitest';
import { expectEqual } from '../../support/expect-equal.ts';
import {
  type Cell,
  circumstances,
  pairCells,
  seats,
  singleCells,
  statementsFor,
  titleOf,
  tripleCells,
} from '../../support/merge/cells.ts';
import { compareWithRules } from '../../support/merge/rules.ts';
import { subjects } from '../../support/merge/subjects.ts';

it.each(subjects)(
  '$title comes out by the rules where one place says it or none, two, or three with the environment',
  (subject) => {
    const cells = [...singleCells(), ...pairCells(), ...tripleCells()].filter((cell) => cell.subject === subject);
    expectEqual(cells.map((cell) => ({ title: titleOf(cell), ...compareWithRules(cell) })));
  },
);

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
      const { expected, got } = compareWithRules(cell);
      expect(got, titleOf(cell)).toEqual(expected);
    }),
    { numRuns: 1500, seed: 1 },
  );
});
