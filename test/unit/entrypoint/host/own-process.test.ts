import { describe, expect, it } from 'vitest';
import {
  isOfContainer,
  isProvenDead,
  ownerOf,
  type StartOwner,
  startName,
  UNKNOWN,
} from '../../../../entrypoint/host/own-process.ts';

const here: StartOwner = {
  boot: 'c3711c65ccbf',
  pidNamespace: '4026532183',
  mountNamespace: '4026532180',
  pid: 7,
  startTime: '1797108',
};
const random = '0123456789abcdef';

describe('the name of a start', () => {
  const name = startName(here, random);
  it('says whose it is', () => {
    expect(name).toBe('valkey-bundle-c3711c65ccbf-4026532183-4026532180-7-1797108-0123456789abcdef');
    expect(ownerOf(name)).toEqual(here);
  });
  it.each(['valkey-bundle-0123456789abcdef', 'valkey-bundle-backup', `${name}.old`, `x${name}`, ''])(
    'is not %j',
    (other) => expect(ownerOf(other)).toBeNull(),
  );
});

describe('a start is proven dead', () => {
  const isDead = (owner: Partial<StartOwner>, gone: boolean, root: boolean, from = here) =>
    isProvenDead({ ...here, ...owner }, from, { isGone: () => gone, isOnRoot: () => root });
  it.each<[string, Partial<StartOwner>, boolean, boolean, boolean]>([
    ['by its process, in this namespace', {}, true, false, true],
    ['not while its process lives, wherever the directory lies', {}, false, true, false],
    ['by its process, also from another container of a pod', { mountNamespace: '1' }, true, false, true],
    ['not by processes of another namespace', { pidNamespace: '1' }, true, false, false],
    ['not by processes of another machine', { boot: 'abc' }, true, false, false],
    ['by the root file system, from another namespace', { pidNamespace: '1' }, false, true, true],
    ['by the root file system, from another boot', { boot: 'abc' }, false, true, true],
    ['not where it did not know where it ran', { boot: UNKNOWN }, true, true, false],
  ])('%s', (_, owner, gone, root, expected) => expect(isDead(owner, gone, root)).toBe(expected));
  it('by nobody who does not know where he runs', () => {
    const lost = { ...here, boot: UNKNOWN };
    expect(isDead({}, true, true, lost)).toBe(false);
    expect(isDead({ boot: UNKNOWN }, true, true, lost)).toBe(false);
  });
});

it('a start is of this container where boot, processes and mounts are the same', () => {
  expect(isOfContainer({ ...here, pid: 1, startTime: '5' }, here)).toBe(true);
  for (const other of [{ boot: 'abc' }, { pidNamespace: '1' }, { mountNamespace: '1' }])
    expect(isOfContainer({ ...here, ...other }, here)).toBe(false);
});
