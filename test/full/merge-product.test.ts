import { describe, it } from 'vitest';
import { expectByRule } from '../matrix/merge/describe-merge.ts';
import { productCells, startedBy } from '../matrix/merge/product.ts';
import { subjects } from '../matrix/merge/subjects.ts';

// Five places, five levels: what `npm test` has of it are pairs, triples and a random sample.
describe.each(subjects)('$title', (subject) => {
  it.each(startedBy)('comes out by the rules whatever each of the places says, by %s', (user) => {
    expectByRule(productCells(subject).filter(({ circumstance }) => circumstance === user));
  });
});
