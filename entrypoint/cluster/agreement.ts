import { isFailing, type NodeRow } from './nodes.ts';
import { ownership } from './slots.ts';
import { nameOf, type View } from './view.ts';

/**
 * Whom a node does not hear; null where all hear all. A node that fails and owns nothing may be gone for good: it matters only where it is
 * asked itself.
 */
export function missingLink(views: readonly View[]): string | null {
  const isAsked = (row: NodeRow): boolean => views.some(({ self }) => self.id === row.id);
  for (const view of views) {
    const lost = view.rows.find((row) => isFailing(row) && (row.slots.length > 0 || isAsked(row)));
    if (lost !== undefined) return `${view.name} cannot reach ${nameOf(lost.id, views)} on its cluster bus`;
    const unheard = view.rows.find((row) => !isFailing(row) && !view.heard.has(row.id));
    if (unheard !== undefined) return `${view.name} has not heard from ${nameOf(unheard.id, views)} yet`;
  }
  return null;
}

/** Two nodes that do not see the same nodes with the same slots; null where all do. */
export function differentViews(views: readonly View[]): string | null {
  const [first, ...others] = views;
  if (first === undefined) return null;
  const different = others.find(
    ({ rows }) => ownership(rows) !== ownership(first.rows) || idsOf(rows) !== idsOf(first.rows),
  );
  return different === undefined ? null : `${first.name} and ${different.name} see different nodes or slots`;
}

function idsOf(rows: readonly NodeRow[]): string {
  return rows
    .map(({ id }) => id)
    .sort()
    .join();
}
