import { isFailing, isPrimary, type NodeRow } from './nodes.ts';
import { countSlots, ownedTwice, ownership, SLOTS, showSlots, uncovered } from './slots.ts';
import { claimsOf, nameOf, type View } from './view.ts';

/** One line of `cluster check`: what was looked at, what it came to, and every node that is not as it should be. */
export interface Check {
  readonly name: string;
  readonly summary: string;
  readonly problems: readonly string[];
}

/** What the nodes' own answers tell: state, slots, links, epochs. */
export function checkViews(views: readonly View[]): readonly Check[] {
  return [checkState(views), checkSlots(views), checkLinks(views), checkEpochs(views)];
}

function checkState(views: readonly View[]): Check {
  const problems = views.filter(({ state }) => state !== 'ok').map(({ name, state }) => `${name} says ${state}`);
  return { name: 'state', summary: 'every node says ok', problems };
}

function checkSlots(views: readonly View[]): Check {
  const rows = claimsOf(views);
  const problems: string[] = [];
  const missing = uncovered(rows);
  if (missing.length > 0) problems.push(`nobody owns ${showSlots(missing)} (${countSlots(missing)} slots)`);
  const twice = ownedTwice(rows);
  if (twice.length > 0) problems.push(`two nodes own ${showSlots(twice)}`);
  const [first, ...others] = views;
  for (const view of others)
    if (first !== undefined && ownership(view.rows) !== ownership(first.rows))
      problems.push(`${view.name} sees other owners than ${first.name}`);
  for (const { name, self } of views)
    for (const { slot, direction, node } of self.open)
      problems.push(`${name}: slot ${slot} is on its way ${direction} ${nameOf(node, views)}`);
  const owners = rows.filter(({ slots }) => slots.length > 0).length;
  return { name: 'slots', summary: `all ${SLOTS} owned by ${owners} primaries, none on its way`, problems };
}

function checkLinks(views: readonly View[]): Check {
  const ids = [...new Set(views.flatMap(({ rows }) => rows.map(({ id }) => id)))];
  const problems = views.flatMap((view) => [
    ...ids
      .filter((id) => !view.rows.some((row) => row.id === id))
      .map((id) => `${view.name} does not know ${nameOf(id, views)}`),
    ...view.rows
      .filter((row) => isFailing(row) || !view.heard.has(row.id))
      .map((row) => {
        const what = isFailing(row) ? row.flags.join(', ') : 'no answer on its link';
        return `${view.name} does not reach ${nameOf(row.id, views)} (${what})`;
      }),
  ]);
  return { name: 'links', summary: `each of ${ids.length} nodes reaches every other one`, problems };
}

function checkEpochs(views: readonly View[]): Check {
  const [first, ...others] = views;
  const problems = others
    .filter(({ epoch }) => epoch !== first?.epoch)
    .map(({ name, epoch }) => `${name} is at epoch ${epoch}, ${first?.name} at ${first?.epoch}`);
  for (const view of others)
    for (const row of view.rows) {
      const seen = first?.rows.find(({ id }) => id === row.id);
      if (seen !== undefined && seen.epoch !== row.epoch)
        problems.push(
          `${nameOf(row.id, views)} has epoch ${row.epoch} for ${view.name}, ${seen.epoch} for ${first?.name}`,
        );
    }
  for (const [one, other] of twins(first?.rows ?? []))
    problems.push(`${nameOf(one.id, views)} and ${nameOf(other.id, views)} have the same epoch ${one.epoch}`);
  return { name: 'epochs', summary: `every node is at epoch ${first?.epoch}`, problems };
}

/** Primaries with slots must have epochs of their own: the epoch decides who owns a slot. */
function twins(rows: readonly NodeRow[]): [NodeRow, NodeRow][] {
  const owners = rows.filter((row) => isPrimary(row) && row.slots.length > 0);
  return owners.flatMap((row, index) =>
    owners.slice(index + 1).flatMap((other): [NodeRow, NodeRow][] => (other.epoch === row.epoch ? [[row, other]] : [])),
  );
}
