import { describe, expect, it } from 'vitest';
import {
  countSlots,
  keyIn,
  ownedTwice,
  ownership,
  readAddress,
  readNodes,
  showSlots,
  slotOf,
  uncovered,
} from '../../../../entrypoint/cluster/nodes.ts';
import { clusterOf, idOf, three, viewOf } from '../../../support/cluster-view.ts';

describe('an address', () => {
  it.each([
    ['10.0.0.1:6379@16379', { ip: '10.0.0.1', port: 6379, busPort: 16379, hostname: '' }],
    ['10.0.0.1:6379@16379,n1', { ip: '10.0.0.1', port: 6379, busPort: 16379, hostname: 'n1' }],
    ['10.0.0.1:6379@7000,n1,tls-port=0,shard-id=x', { ip: '10.0.0.1', port: 6379, busPort: 7000, hostname: 'n1' }],
    ['10.0.0.1:6379@16379,,shard-id=x', { ip: '10.0.0.1', port: 6379, busPort: 16379, hostname: '' }],
    ['fd00::1:6379@16379,n1', { ip: 'fd00::1', port: 6379, busPort: 16379, hostname: 'n1' }],
    [':6379@16379,n1', { ip: '', port: 6379, busPort: 16379, hostname: 'n1' }],
    [':0@0', { ip: '', port: 0, busPort: 0, hostname: '' }],
    ['10.0.0.1:6379', { ip: '10.0.0.1', port: 6379, busPort: 16379, hostname: '' }],
  ])('%s', (text, expected) => expect(readAddress(text)).toEqual(expected));
  it.each(['', '10.0.0.1', '10.0.0.1:', '10.0.0.1:x@1', '10.0.0.1:1@'])('is none: %j', (text) => {
    expect(readAddress(text)).toBeNull();
  });
});

describe('a row', () => {
  const row = (rest: string) => readNodes(`${idOf('a')} 10.0.0.1:6379@16379,n1 ${rest}\n`)?.[0];

  it('has flags, primary, times, epoch and slots', () => {
    expect(row('myself,master - 0 1795323239332 3 connected 0-5 7 9-10')).toMatchObject({
      flags: ['myself', 'master'],
      primary: null,
      pingSent: 0,
      pongReceived: 1795323239332,
      epoch: 3,
      slots: [
        [0, 5],
        [7, 7],
        [9, 10],
      ],
      open: [],
    });
  });
  it('of a replica names its primary', () => {
    expect(row(`slave ${idOf('b')} 1795323239332 0 3 disconnected`)).toMatchObject({
      primary: idOf('b'),
      pingSent: 1795323239332,
      pongReceived: 0,
      slots: [],
    });
  });
  it('has slots that are on their way', () => {
    expect(row(`myself,master - 0 0 3 connected 0-5 [93-<-${idOf('b')}] [94->-${idOf('c')}]`)).toMatchObject({
      slots: [[0, 5]],
      open: [
        { slot: 93, direction: 'from', node: idOf('b') },
        { slot: 94, direction: 'to', node: idOf('c') },
      ],
    });
  });
});

it.each(['ERR x', 'abc 10.0.0.1:6379@16379 master - 0 0 1 connected', `${idOf('a')} nowhere master - 0 0 1 connected`])(
  'a text that is no CLUSTER NODES is not read: %j',
  (text) => expect(readNodes(text)).toBeNull(),
);

describe('slots', () => {
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
});

describe('keys and their slots', () => {
  describe('the slot of a key', () => {
    // The first is the check value of CRC-16/XMODEM, 0x31c3; the others are what CLUSTER KEYSLOT answers.
    it.each([
      ['123456789', 0x31c3],
      ['foo', 12_182],
      ['bar', 5061],
      ['somekey', 11_058],
      ['', 0],
    ])('of %j is %i', (key, slot) => {
      expect(slotOf(key)).toBe(slot);
    });
  });

  describe('a key for a shard', () => {
    const prefix = 'valkey-bundle:verify:1800000000:01234567:';

    it('is found for a shard of a single slot, whichever it is', () => {
      for (let slot = 0; slot < 16_384; slot += 331) expect(slotOf(keyIn([[slot, slot]], prefix) ?? '')).toBe(slot);
    });
    it('is found in the second of two ranges', () => {
      const slot = slotOf(
        keyIn(
          [
            [7, 7],
            [100, 16_383],
          ],
          prefix,
        ) ?? '',
      );
      expect(slot === 7 || slot >= 100).toBe(true);
    });
    it('is not searched for without end', () => {
      expect(keyIn([[16_384, 16_384]], prefix)).toBeNull();
    });
  });
});
