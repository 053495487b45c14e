import type { View } from './view.ts';

/** A slot that was being moved when the move was cut off: `from` owns it, `to` takes its keys one after the other. */
export interface CutOffMove {
  readonly slot: number;
  readonly from: View;
  readonly to: View;
}

/**
 * The moves of which both ends are asked, and the target has been told: before that it can have no key of the slot. `valkey-cli --cluster
 * fix` takes whoever has most keys for the owner, tells everybody, and moves the rest afterwards; a node that hears of the new owner before
 * deletes what is left of the slot (cluster_legacy.c, clusterUpdateSlotsConfigWith), so nothing may be left there.
 */
export function cutOffMoves(views: readonly View[]): readonly CutOffMove[] {
  return views.flatMap((to) =>
    to.self.open.flatMap(({ slot, direction, node }) => {
      const from = views.find(({ self }) => self.id === node);
      const isOwner = from?.self.slots.some(([first, last]) => first <= slot && slot <= last) === true;
      return direction === 'from' && from !== undefined && isOwner ? [{ slot, from, to }] : [];
    }),
  );
}
