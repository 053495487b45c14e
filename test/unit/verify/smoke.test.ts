import { expect, it } from 'vitest';
import { smokeSteps } from '../../../scripts/verify/groups/modules.ts';
import { outcomeOf } from './fixture.ts';

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
