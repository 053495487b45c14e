import { describe, expect, test } from 'vitest';
import { pushProgress } from '../../../scripts/publish/stage.ts';

describe('the progress of a push', () => {
  test('is the sum over all layers, or what holds it up, at most once in the given time', () => {
    let now = 0;
    const lines: string[] = [];
    const take = pushProgress(
      (line) => lines.push(line),
      () => now,
      5_000,
    );
    take({ id: 'a', progressDetail: { current: 10e6, total: 40e6 } });
    now = 5_000;
    take({ id: 'b', progressDetail: { current: 5e6, total: 10e6 } });
    take({ id: 'b', progressDetail: { current: 6e6, total: 10e6 } });
    take({ status: 'Layer already exists' });
    now = 10_000;
    take({ id: 'a', progressDetail: { current: 41e6 } });
    now = 15_000;
    take({ id: 'b', status: 'Retrying in 5 seconds' });
    expect(lines).toEqual(['  sent 15 of 50 MB', '  sent 47 of 51 MB', '  layer b: Retrying in 5 seconds']);
  });
});
