import type { View } from './view.ts';

/** Nodes that know each other, as groups: a cluster, the remains of one, or a node that is alone. */
export function groupsOf(views: readonly View[]): readonly (readonly View[])[] {
  const left = new Set(views);
  const groups: View[][] = [];
  for (const view of views) {
    if (!left.delete(view)) continue;
    const group = [view];
    // Who knows whom need not go both ways: a greeting may have been cut short.
    for (const member of group)
      for (const other of left)
        if (knows(member, other) || knows(other, member)) {
          left.delete(other);
          group.push(other);
        }
    groups.push(views.filter((one) => group.includes(one)));
  }
  return groups;
}

function knows(view: View, other: View): boolean {
  return view.rows.some(({ id }) => id === other.self.id);
}

/** Knows nobody, owns no slot, holds no key: what `valkey-cli --cluster` takes for a new node. */
export function isFresh(view: View): boolean {
  return isAlone(view) && view.self.slots.length === 0 && view.keys === 0;
}

export function isAlone(view: View): boolean {
  return view.rows.length === 1 && !view.greeting;
}

/** Ids that a group knows and that did not answer as one of it: not named, or not there. */
export function absentFrom(group: readonly View[]): readonly string[] {
  const present = new Set(group.map(({ self }) => self.id));
  return [...new Set(group.flatMap(({ rows }) => rows.map(({ id }) => id)))].filter((id) => !present.has(id));
}
