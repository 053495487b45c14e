import { describe, expect, test } from 'vitest';
import { median, ratioOf, timingOf } from '../../../scripts/bench/statistics.ts';

describe('the median', () => {
  test.each([
    [[3], 3],
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[1, 1, 1, 1000], 1],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  test('of nothing is not a number', () => {
    expect(median([])).toBeNaN();
  });

  test('leaves its input as it was', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

test('a timing has the median, the fastest run and the median of processor time', () => {
  const samples = [
    { wall: 10, cpu: 4 },
    { wall: 30, cpu: 6 },
    { wall: 20, cpu: 5 },
  ];
  expect(timingOf(samples)).toEqual({ runs: 3, median: 20, minimum: 10, cpu: 5 });
});

test('a ratio compares each measure with the same of the base', () => {
  const base = { runs: 1, median: 10, minimum: 5, cpu: 4 };
  expect(ratioOf({ runs: 9, median: 11, minimum: 10, cpu: 6 }, base)).toEqual({ median: 1.1, minimum: 2, cpu: 1.5 });
});
