import type { NodeRow, SlotRange } from './nodes.ts';

/** How many hash slots a cluster has. */
export const SLOTS = 16_384;

export function countSlots(ranges: readonly SlotRange[]): number {
  return ranges.reduce((total, [first, last]) => total + last - first + 1, 0);
}

/** Slots that no row owns, as ranges. */
export function uncovered(rows: readonly NodeRow[]): readonly SlotRange[] {
  const owned = new Uint8Array(SLOTS);
  for (const { slots } of rows) for (const [first, last] of slots) owned.fill(1, first, last + 1);
  return rangesWhere((slot) => owned[slot] === 0);
}

/** Slots that two rows own. */
export function ownedTwice(rows: readonly NodeRow[]): readonly SlotRange[] {
  const owners = new Uint16Array(SLOTS);
  for (const { slots } of rows)
    for (const [first, last] of slots)
      for (let slot = first; slot <= last; slot++) owners[slot] = (owners[slot] ?? 0) + 1;
  return rangesWhere((slot) => (owners[slot] ?? 0) > 1);
}

/** `0-5460 5500`, or `none`. */
export function showSlots(ranges: readonly SlotRange[]): string {
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(' ') || 'none';
}

/** Who owns what, as one text: equal where two nodes have the same view. */
export function ownership(rows: readonly NodeRow[]): string {
  return rows
    .filter(({ slots }) => slots.length > 0)
    .map(({ id, slots }) => `${id} ${showSlots(slots)}`)
    .sort()
    .join('\n');
}

function rangesWhere(holds: (slot: number) => boolean): SlotRange[] {
  const ranges: [number, number][] = [];
  for (let slot = 0; slot < SLOTS; slot++) {
    if (!holds(slot)) continue;
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === slot - 1) last[1] = slot;
    else ranges.push([slot, slot]);
  }
  return ranges;
}
