import { describe, expect, it } from 'vitest';
import { coveringSample, featuresOf } from '../../matrix/merge/covering.ts';
import { levels, productCells, spokenPlaces, startedBy } from '../../matrix/merge/product.ts';
import { subjects } from '../../matrix/merge/subjects.ts';

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

  it('has every place at every level that it can have with every module', () => {
    const all = modules.flatMap((module) =>
      places.flatMap((place) => levels.map((level) => `${place} ${level} of ${module}`)),
    );
    expect(missing(all)).toEqual(places.map((place) => `${place} invalid of echo`));
  });

  it('has three, four and five places that speak at once to a server that runs, with every module', () => {
    const all = modules.flatMap((module) => [3, 4, 5].map((count) => `${count} statements about ${module}`));
    expect(missing(all)).toEqual([]);
  });

  it('has every place at every level with everyone who starts it', () => {
    const all = startedBy.flatMap((user) =>
      places.flatMap((place) => levels.map((level) => `${place} ${level} as ${user}`)),
    );
    expect(missing(all)).toEqual([]);
  });
});

it('the product has every combination of levels once for everyone', () => {
  const [search] = subjects;
  const cells = search === undefined ? [] : productCells(search);
  const rows = new Set(cells.map(({ statements, circumstance }) => JSON.stringify([statements, circumstance])));
  expect([cells.length, rows.size]).toEqual([5 ** 5 * 3, 5 ** 5 * 3]);
});
