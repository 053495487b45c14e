import type { SlotRange } from './nodes.ts';
import { SLOTS } from './slots.ts';

/** Among so many numbers in a row there are keys of every slot, whatever stands before the number. */
const MOST_NUMBERS = 1_000_000;

/** The first of `prefix0`, `prefix1`... whose slot is in one of the ranges; null where none is. `prefix` has no braces. */
export function keyIn(ranges: readonly SlotRange[], prefix: string): string | null {
  const before = crc16(prefix, 0);
  for (let number = 0; number < MOST_NUMBERS; number++) {
    const slot = crc16(String(number), before) % SLOTS;
    if (ranges.some(([first, last]) => first <= slot && slot <= last)) return `${prefix}${number}`;
  }
  return null;
}

/** The slot of a key of ASCII letters without braces (cluster.c, keyHashSlot). */
export function slotOf(key: string): number {
  return crc16(key, 0) % SLOTS;
}

/** CRC-16/XMODEM (crc16.c), continued from the sum of what stands before. */
function crc16(text: string, before: number): number {
  let sum = before;
  for (let index = 0; index < text.length; index++) {
    sum ^= text.charCodeAt(index) << 8;
    for (let bit = 0; bit < 8; bit++) sum = (sum & 0x8000) === 0 ? sum << 1 : (sum << 1) ^ 0x1021;
    sum &= 0xffff;
  }
  return sum;
}
