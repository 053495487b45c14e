import { expect, it } from 'vitest';
import { compareReported, smokeSteps } from '../../../scripts/verify/groups.ts';
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

/** A server that repeats each command, and knows no BAD. */
function server() {
  const asked: string[] = [];
  return {
    asked,
    cli: async (...command: readonly string[]) => {
      asked.push(command.join(' '));
      if (command[0] === 'BAD') throw new Error('ERR unknown command');
      return command.join(' ');
    },
  };
}

it('all commands run in their order, and those without a reply only have to be no error', async () => {
  const one = server();
  await smokeSteps([{ command: ['SET', 'a'], reply: 'a' }, { command: ['DEL', 'a'] }], one);
  expect(one.asked).toEqual(['SET a', 'DEL a']);
});

it.each([
  ['another reply', [{ command: ['GET', 'a'], reply: 'b' }]],
  ['an error', [{ command: ['BAD'] }]],
])('%s fails', async (_, smoke) => {
  expect(await outcomeOf(() => smokeSteps(smoke, server()))).toBe('CheckFailed');
});
