import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { benchmarkChart } from '../../../scripts/bench/chart.ts';
import type { Ratio } from '../../../scripts/bench/page.ts';
import { paths } from '../../../scripts/lib/workspace.ts';
import { elementsOf, textsOf } from '../../support/svg.ts';

function ratioOf(median: number, goal: number | null, what = 'start'): Ratio {
  return { what, against: 'node -e 0', median, goal, minimum: median, cpu: median };
}

function chartOf(...ratios: Ratio[]): string {
  return benchmarkChart({ date: '2001-02-03', ratios });
}

describe('the chart of the benchmark', () => {
  it('has each ratio beside its goal and says if that is met', () => {
    const texts = textsOf(chartOf(ratioOf(1.05, 1.1), ratioOf(1.32, 1.1), ratioOf(2, null))).map(({ text }) => text);
    expect(texts).toEqual(
      expect.arrayContaining(['1.05, goal 1.10', 'met', '1.32, goal 1.10', 'missed by 20 %', '2.00', 'no goal']),
    );
  });

  it('has bars as long as the ratios, and the goals on the same scale', () => {
    const elements = elementsOf(chartOf(ratioOf(1, null), ratioOf(2, 1), ratioOf(4, null)));
    const bars = elements.filter(({ attributes }) => attributes['class']?.startsWith('bar '));
    expect(bars.map(({ attributes }) => Number(attributes['width']) / Number(bars[0]?.attributes['width']))).toEqual([
      1,
      expect.closeTo(2, 1),
      expect.closeTo(4, 1),
    ]);
    const goal = elements
      .filter(({ attributes }) => attributes['class'] === 'goal')
      .map(({ attributes }) => attributes['d']);
    const end = Number(bars[0]?.attributes['x']) + Number(bars[0]?.attributes['width']);
    expect(goal).toContainEqual(expect.stringMatching(new RegExp(`^M${end} `)));
  });

  it('says of which day it is', () => {
    expect(textsOf(chartOf(ratioOf(1, 1)))[0]?.text).toContain('2001-02-03');
  });

  it('shortens a long name and escapes it', () => {
    const name = `<${'l'.repeat(80)}>`;
    const [shown] = textsOf(chartOf(ratioOf(1, 1, name))).filter(({ text }) => text.startsWith('<l'));
    expect(shown?.text).toMatch(/^<l{29}…$/);
  });

  it('that stands in docs/ has the numbers of the page beside it', () => {
    const page = readFileSync(join(paths.root, 'docs/benchmark.md'), 'utf8');
    const [, date = ''] = /--write` on (\d{4}-\d\d-\d\d)/.exec(page) ?? [];
    const [, table = ''] = /^\| what +\| against .*\n\|[ |-]+\n((?:\|.*\n)+)/m.exec(page) ?? [];
    const ratios = table
      .trimEnd()
      .split('\n')
      .map((row) => {
        const [, what = '', against = '', ratio = '', goal = ''] = row.split('|').map((cell) => cell.trim());
        return { ...ratioOf(Number(ratio), goal === '' ? null : Number(goal), what), against };
      });
    expect(ratios.length).toBeGreaterThan(0);
    const drawn = readFileSync(join(paths.root, 'docs/pictures/benchmark.svg'), 'utf8');
    expect(drawn).toBe(benchmarkChart({ date, ratios }));
  });
});
