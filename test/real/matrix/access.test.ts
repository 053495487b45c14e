import { describe, expect, it } from 'vitest';
import { layOutAccess, type Password, passwords, titleOf } from '../../support/access/cells.ts';
import { coveringSample, type Expected, expectedOf } from '../../support/access/compare.ts';
import type { TestContainer } from '../../support/docker-container.ts';
import { until } from '../../support/until.ts';
import { codesIn } from '../../support/valkey-modules.ts';
import { withContainer } from './run-for-real.ts';

const asked = ['given', 'own'] as const satisfies readonly Password[];

describe('a real server lets those in whom the rules name', () => {
  it.each(coveringSample().map((cell) => [titleOf(cell), cell] as const))('%s', (_, cell) =>
    withContainer(cell.circumstance, layOutAccess(cell), null, async (container) => {
      const expected = expectedOf(cell);
      await container.start();
      if (expected.kind === 'refused') await expectRefusal(container);
      else await expectServer(container, expected);
    }),
  );
});

async function expectRefusal(container: TestContainer): Promise<void> {
  expect(await container.ended()).toBe(78);
  expect(codesIn((await container.output()).stderr)).toEqual(['VB514']);
}

async function expectServer(container: TestContainer, expected: Expected & { kind: 'started' }): Promise<void> {
  const { entry, login, others, primaryauth, codes } = expected;
  const heard = await until('the server answers', async () => {
    const { State } = await container.docker.inspect();
    if (!State.Running) throw new Error(`it ended: ${(await container.output()).stdout.slice(-500)}`);
    const answers = await ask(container, login);
    return answers.here.includes('not connected') ? undefined : answers;
  });
  const answer = (mayEnter: boolean) => (mayEnter ? 'served' : 'asked for a password');
  // Who needs no password may say any.
  const here = [entry.isFree, ...asked.map((name) => entry.isFree || entry.takes.includes(name))].map(answer);
  const mayAsk = entry.isFree || login !== null;
  expect(heard).toEqual({
    here,
    there: others === 'served' ? here : here.map(() => others),
    health: 'healthy',
    primaryauth: mayAsk && primaryauth !== null && primaryauth !== 'empty' ? passwords[primaryauth] : '',
  });
  const { stderr } = await container.output();
  expect(stderr).not.toContain('hush');
  const about = codesIn(stderr).filter((code) => ABOUT_ACCESS.test(code));
  expect(about.sort()).toEqual(codes);
}

/** Codes about who gets in; VB504 and its like are of how a start is written. */
const ABOUT_ACCESS = /^VB(2|51[^1-3])/;

const ANSWERS: ReadonlyArray<readonly [RegExp, string]> = [
  [/^(PONG|OK)$/, 'served'],
  [/^(NOAUTH|WRONGPASS) /, 'asked for a password'],
  [/^DENIED /, 'denied'],
  [/^Could not connect/, 'not connected'],
];

/**
 * What somebody hears from loopback, and from another address, without a password and with each; and what the server, asked by one who
 * knows the password, offers its primary.
 */
async function ask(container: TestContainer, login: Password | null) {
  const say = (words: string) => `valkey-cli -h $address ${words} 2>&1 | head -n 1`;
  const words = ['PING', ...asked.map((name) => `AUTH default ${passwords[name]}`)];
  const asUser = login === null ? '' : `-a ${passwords[login]} --no-auth-warning`;
  const script = [
    `for address in 127.0.0.1 $(hostname -i); do ${words.map(say).join('; ')}; done`,
    'valkey-bundle health 2>&1 | head -n 1',
    `valkey-cli ${asUser} CONFIG GET primaryauth 2>&1 | sed -n 2p`,
  ];
  const { stdout } = await container.exec('sh', '-c', script.join('; '));
  const lines = stdout.split('\n');
  const answers = lines.slice(0, 6).map((line) => ANSWERS.find(([pattern]) => pattern.test(line))?.[1] ?? line);
  return { here: answers.slice(0, 3), there: answers.slice(3), health: lines[6], primaryauth: lines[7] };
}
