import { describe, it } from 'vitest';
import { expectEqual } from '../expect-equal.ts';
import { type Cell, pairCells, seats, singleCells, titleOf, titleOfPlace, tripleCells } from './cells.ts';
import { compare } from './compare.ts';
import { subjects } from './subjects.ts';

/** The whole matrix of some modules, each cell compared with the rules. */
export function describeMerge(...modules: readonly string[]): void {
  const singles = singleCells();
  const pairs = pairCells();
  const triples = tripleCells();
  describe.each(subjects.filter(({ module }) => modules.includes(module)))('$title', (subject) => {
    it('comes out by the rules where one place says something, or none', () => {
      expectByRule(singles.filter((cell) => cell.subject === subject));
    });

    it('comes out by the rules where the environment and two other places speak', () => {
      expectByRule(triples.filter((cell) => cell.subject === subject));
    });

    const spoken = seats
      .map((seat) => {
        const cells = pairs.filter(({ subject: about, statements: [first] }) => {
          return about === subject && first?.place === seat.place && first.form === seat.form;
        });
        return [titleOfPlace(seat.place), seat.form, cells] as const;
      })
      .filter(([, , cells]) => cells.length > 0);
    it.each(spoken)('comes out by the rules where another place speaks beside the %s (%s)', (_place, _form, cells) => {
      expectByRule(cells);
    });
  });
}

export function expectByRule(cells: readonly Cell[]): void {
  expectEqual(cells.map((cell) => ({ title: titleOf(cell), ...compare(cell) })));
}
