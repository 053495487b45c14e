import process from 'node:process';
import { expect, it } from 'vitest';
import { isDead, ownerOf, type Sight, sightFromHere } from '../../../scripts/lib/owner.ts';

const boot = '0b7b6a1e-4c55-4f6c-9d0c-3f0a8f1f7f10';
/** Fields 3 to 22 of /proc/<pid>/stat. */
const fields = (state: string, started: number) => `${state} ${Array(18).fill(0).join(' ')} ${started}`;

/** A machine with one process, 7, whose name looks like the fields after it. */
function sight(over: Partial<Sight> & { readonly line?: string | null } = {}): Sight {
  const { line = `7 (a) Z 1 (b) ${fields('S', 900)} 0 0`, ...rest } = over;
  return { boot, namespace: '4026531836', isEngineHere: true, stat: (pid) => (pid === 7 ? line : null), ...rest };
}

it('an owner is the boot, the namespace, the process and when it started', () => {
  expect(ownerOf(7, sight())).toBe(`${boot}/4026531836/7/900`);
});

it.each<[string, Sight, boolean]>([
  ['lives as long as its process', sight(), false],
  ['is dead when there is no such process', sight({ line: null }), true],
  ['is dead when its number was given to another process', sight({ line: `7 (a) ${fields('S', 901)}` }), true],
  ['is dead when its process has ended and nobody has asked how', sight({ line: `7 (a) ${fields('Z', 900)}` }), true],
  ['is dead when the machine was started again', sight({ boot: boot.replaceAll('0', '1') }), true],
  [
    'may live where the engine is another machine’s',
    sight({ boot: boot.replaceAll('0', '1'), isEngineHere: false }),
    false,
  ],
  ['may live where its processes cannot be seen', sight({ namespace: '4026532000', line: null }), false],
  ['may live where nothing is known of this machine', sight({ boot: '', namespace: '', line: null }), false],
])('an owner %s', (_, from, dead) => {
  expect(isDead(ownerOf(7, sight()), from)).toBe(dead);
});

it.each(['', 'unknown', `${boot}/4026531836/7/`, `${boot}/4026531836`, '///', '6f1c9f3e-7f5e-4b3a-8d56-0d3b3c1a5f11'])(
  'the label %j names nobody who could be dead',
  (label) => expect(isDead(label, sight({ line: null, boot: boot.replaceAll('0', '1') }))).toBe(false),
);

it('this process lives', () => {
  expect(ownerOf(process.pid)).toMatch(/^[0-9a-f-]{36}\/\d+\/\d+\/\d+$/);
  expect(isDead(ownerOf(process.pid), sightFromHere())).toBe(false);
});
