import { describe, expect, it } from 'vitest';
import { keyIn, slotOf } from '../../../../entrypoint/cluster/nodes.ts';

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
