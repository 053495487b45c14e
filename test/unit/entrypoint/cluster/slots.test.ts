import { describe, expect, it } from 'vitest';
import { countSlots, ownedTwice, ownership, showSlots, uncovered } from '../../../../entrypoint/cluster/nodes.ts';
import { clusterOf, three, viewOf } from '../../../support/cluster-view.ts';

const rowsOf = (...slots: string[]) =>
  viewOf(
    'a',
    slots.map((text, index) => ({ letter: 'abcdef'.charAt(index), slots: text })),
  ).rows;

describe('slots that nobody owns', () => {
  it.each([
    [['0-16383'], 'none'],
    [['0-5460', '5461-10922', '10923-16383'], 'none'],
    [['0-5460', '10923-16383'], '5461-10922'],
    [['1-16382'], '0 16383'],
    [[''], '0-16383'],
  ])('of %j are %s', (slots, expected) => expect(showSlots(uncovered(rowsOf(...slots)))).toBe(expected));
});

describe('slots that two own', () => {
  it.each([
    [['0-5460', '5461-10922'], 'none'],
    [['0-5460', '5460-10922'], '5460'],
    [['0-10', '3-4', '4-5'], '3-5'],
  ])('of %j are %s', (slots, expected) => expect(showSlots(ownedTwice(rowsOf(...slots)))).toBe(expected));
});

it('ranges are counted with both ends', () =>
  expect(
    countSlots([
      [0, 5460],
      [7, 7],
    ]),
  ).toBe(5462));

describe('who owns what', () => {
  const [a, b] = clusterOf(three);
  it('is the same text for two nodes that see the same', () => {
    expect(ownership(a?.rows ?? [])).toBe(ownership(b?.rows ?? []));
  });
  it('is another text where one slot has moved', () => {
    const moved = viewOf('a', [
      { letter: 'a', slots: '0-5461' },
      { letter: 'b', slots: '5462-10922' },
      ...three.slice(2),
    ]);
    expect(ownership(moved.rows)).not.toBe(ownership(a?.rows ?? []));
  });
});
