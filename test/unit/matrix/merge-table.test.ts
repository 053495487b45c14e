import { describe, expect, it } from 'vitest';
import { expectEqual } from '../../support/expect-equal.ts';
import { type Cell, pairCells, singleCells, titleOf } from '../../support/merge/cells.ts';
import {
  coveringSample,
  featuresOf,
  levels,
  productCells,
  spokenPlaces,
  startedBy,
} from '../../support/merge/covering.ts';
import { runOnFakeHost, sayOutcome } from '../../support/merge/outcome.ts';
import { subjects } from '../../support/merge/subjects.ts';
import { tableOf } from '../../support/merge/table.ts';

describe.each(subjects)('$title', (subject) => {
  const others = startedBy.filter((user) => user !== 'root');
  it.each([
    ['root', ['root']],
    ['others in turn', others],
  ] as const)('comes out as docs/merge-matrix.md has it, started by %s', (_, users) => {
    const cells = tableOf(subject).map(({ statements, outcome }, index) => {
      const cell: Cell = { subject, circumstance: users[index % users.length] ?? 'root', statements };
      return { cell, outcome, got: asWritten(sayOutcome(cell, runOnFakeHost(cell)), outcome) };
    });
    expectEqual(cells.map(({ cell, outcome, got }) => ({ title: titleOf(cell), expected: outcome, got })));
  });

  it('is written down there for every way to say it once, also beside the environment', () => {
    const written = new Set(tableOf(subject).map(({ statements }) => JSON.stringify(statements)));
    const cells = [...singleCells(), ...pairCells()].filter(
      ({ subject: about, statements }) =>
        about === subject && statements.filter(({ place }) => place !== 'environment').length < 2,
    );
    const missing = cells.filter(({ statements }) => !written.has(JSON.stringify(statements)));
    expect(missing.map(titleOf)).toEqual([]);
  });
});

/** Of what refuses a start one reason is told: which, where there are several, is not written. */
function asWritten(got: string, written: string): string {
  const [, codes = ''] = /^\*\*refused\*\* (.*)$/.exec(got) ?? [];
  return codes !== '' && written.startsWith('**refused**') && written.includes(codes) ? written : got;
}

describe('the sample that is started for real', () => {
  const shown = new Set(coveringSample().flatMap(featuresOf));
  const places = spokenPlaces.map(({ title }) => title);
  const modules = [...new Set(subjects.map(({ module }) => module))];
  const missing = (features: readonly string[]): string[] => features.filter((feature) => !shown.has(feature));

  it('has every two places at any two levels beside each other', () => {
    const pairs = places.flatMap((one, index) =>
      places.slice(index + 1).flatMap((two) => levels.flatMap((a) => levels.map((b) => `${one} ${a}, ${two} ${b}`))),
    );
    expect(pairs).toHaveLength(250);
    expect(missing(pairs)).toEqual([]);
  });

  it('has every place at every level that it can have with every module, and with everyone who starts it', () => {
    const of = (suffixes: readonly string[]): string[] =>
      suffixes.flatMap((suffix) => places.flatMap((place) => levels.map((level) => `${place} ${level} ${suffix}`)));
    expect(missing(of(modules.map((module) => `of ${module}`)))).toEqual(
      places.map((place) => `${place} invalid of echo`),
    );
    expect(missing(of(startedBy.map((user) => `as ${user}`)))).toEqual([]);
  });

  it('has three, four and five places that speak at once to a server that runs, with every module', () => {
    const all = modules.flatMap((module) => [3, 4, 5].map((count) => `${count} statements about ${module}`));
    expect(missing(all)).toEqual([]);
  });
});

it('the product has every combination of levels once for everyone', () => {
  const [search] = subjects;
  const cells = search === undefined ? [] : productCells(search);
  const rows = new Set(cells.map(({ statements, circumstance }) => JSON.stringify([statements, circumstance])));
  expect([cells.length, rows.size]).toEqual([5 ** 5 * 3, 5 ** 5 * 3]);
});
