import { expect, it } from 'vitest';
import { compareReported } from '../../../scripts/verify/groups/modules.ts';
import { outcomeOf } from './fixture.ts';

it.each([
  [10002, '1.0.2', 'passed'],
  [10000, '1.0.2', 'passed'],
  [10200, '1.2.2', 'passed'],
  [(1 << 16) | (2 << 8) | 1, '1.2.1', 'passed'],
  [10100, '1.0.2', 'CheckFailed'],
  [20002, '1.0.2', 'CheckFailed'],
  [(1 << 16) | (1 << 8), '1.2.1', 'CheckFailed'],
  [1, '1.0.2', 'CheckNotRun'],
  [999999, '1.0.2', 'CheckNotRun'],
  [10002, null, 'CheckNotRun'],
] as const)('a module that reports %i and should be %s: %s', async (reported, version, outcome) => {
  expect(await outcomeOf(() => compareReported(reported, version))).toBe(outcome);
});

it('1.1 is not taken for 1.10', async () => {
  expect(await outcomeOf(() => compareReported(11000, '1.1.0'))).toBe('CheckFailed');
});
