import { expect } from 'vitest';

/** What a cell is compared by: the rules' words and the start's, side by side. */
export interface Compared {
  readonly title: string;
  readonly expected: unknown;
  readonly got: unknown;
}

/** The first cell that differs is shown whole, with how many others do. */
export function expectEqual(compared: readonly Compared[]): void {
  expect(compared.length).toBeGreaterThan(0);
  const wrong = compared.filter(({ expected, got }) => JSON.stringify(expected) !== JSON.stringify(got));
  const [first] = wrong;
  if (first === undefined) return;
  const context = `${wrong.length} of ${compared.length} cells, the first: ${first.title}`;
  expect(first.got, context).toEqual(first.expected);
  expect(JSON.stringify(first.got), context).toBe(JSON.stringify(first.expected));
}
