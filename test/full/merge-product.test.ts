import { describe, it } from 'vitest';
import { expectEqual } from '../support/expect-equal.ts';
import { titleOf } from '../support/merge/cells.ts';
import { productCells, startedBy } from '../support/merge/covering.ts';
import { compareWithRules } from '../support/merge/rules.ts';
import { subjects } from '../support/merge/subjects.ts';

// Five places, five levels: what `npm test` has of it are the table, pairs, triples and a random sample.
describe.each(subjects)('$title', (subject) => {
  it.each(startedBy)('comes out by the rules whatever each of the places says, by %s', (user) => {
    const cells = productCells(subject).filter(({ circumstance }) => circumstance === user);
    expectEqual(cells.map((cell) => ({ title: titleOf(cell), ...compareWithRules(cell) })));
  });
});
