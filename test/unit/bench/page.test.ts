import { describe, expect, test } from 'vitest';
import { growthOf, stockConf } from '../../../scripts/bench/growth.ts';
import { instructionOf } from '../../../scripts/bench/image.ts';
import { markdownTable, ratioTable, verdict } from '../../../scripts/bench/page.ts';

describe('a ratio beside its goal', () => {
  test.each([
    [1.05, 1.1, 'met'],
    [1.1, 1.1, 'met'],
    [1.32, 1.1, 'missed by 20 %'],
    [2, null, ''],
  ])('%d with the goal %j is %j', (median, goal, expected) => {
    expect(verdict({ median, goal })).toBe(expected);
  });

  test('stands in a row with both', () => {
    const ratio = { what: 'start', against: 'node', median: 1.2, minimum: 1.1, cpu: Number.NaN, goal: 1.1 };
    expect(ratioTable([ratio]).split('\n')[2]).toMatch(
      /^\| start +\| node +\| 1\.20 +\| 1\.10 +\| missed by 9 % \| 1\.10 +\| +\|$/,
    );
  });
});

test('the columns of a table are as wide as their widest cell', () => {
  expect(markdownTable(['a', 'long head'], [['wide cell', 'x']])).toBe(
    '| a         | long head |\n| --------- | --------- |\n| wide cell | x         |\n',
  );
});

describe('growth', () => {
  test('is 1 per item where the time grows as the size does', () => {
    const points = [
      { count: 10, milliseconds: 2 },
      { count: 100, milliseconds: 20 },
    ];
    expect(growthOf('lines', points).map(({ perItem }) => perItem)).toEqual([null, 1]);
  });

  test('cannot be told from a size that cost nothing', () => {
    const points = [
      { count: 10, milliseconds: -0.5 },
      { count: 100, milliseconds: 5 },
      { count: 1000, milliseconds: -1 },
    ];
    expect(growthOf('lines', points).map(({ perItem }) => perItem)).toEqual([null, null, null]);
  });

  test('is 10 per item where it grows with the square', () => {
    const points = [
      { count: 10, milliseconds: 1 },
      { count: 100, milliseconds: 100 },
    ];
    expect(growthOf('lines', points)[1]?.perItem).toBe(10);
  });
});

test.each([
  ['/bin/sh -c #(nop)  USER 999:999', 'USER 999:999'],
  ['RUN /bin/sh -c sh /mnt/layout.sh # buildkit', 'RUN sh /mnt/layout.sh'],
  [
    'COPY valkey-bundle /usr/local/libexec/valkey/valkey-bundle # buildkit',
    'COPY valkey-bundle /usr/local/libexec/valkey/valkey-bundle',
  ],
])('the layer %j is shown as %j', (createdBy, expected) => {
  expect(instructionOf(createdBy)).toBe(expected);
});

test('the stock configuration has 2,300 lines, of which 80 say something', () => {
  const lines = stockConf().trimEnd().split('\n');
  expect(lines).toHaveLength(2300);
  expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toHaveLength(80);
});
