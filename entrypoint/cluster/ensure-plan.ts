import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Action, Decision, Wish } from './action.ts';
import {
  countSlots,
  isFailing,
  isPrimary,
  type NodeRow,
  ownedTwice,
  ownership,
  SLOTS,
  showSlots,
  uncovered,
} from './nodes.ts';
import { planCreation, planGrowth } from './shards.ts';
import { areClones, claimsOf, clonesAmong, nameOf, type View } from './view.ts';

/**
 * Decides what to do about the nodes that `cluster ensure` names, from their own answers. Refuses VB701 (too few),
 * VB702 (one node twice), VB707 (another cluster), VB708 (data), VB709 (slots that nobody owns), VB719 (two servers
 * with one id), VB761 (no whole shards), VB762 (too many primaries).
 */
export function planEnsure(views: readonly View[], wish: Wish): Decision {
  const twice = views.find(({ self }, index) => views.findIndex((other) => other.self.id === self.id) !== index);
  if (twice !== undefined) {
    const first = views.find(({ self }) => self.id === twice.self.id);
    if (first !== undefined && areClones(first, twice)) return refusal('VB719', clonesAmong(views).join('; '), wish);
    return refusal('VB702', `${first?.name} and ${twice.name} are one node`, wish);
  }
  const least = 3 * (wish.replicas + 1);
  if (views.length < least) {
    const replicas = wish.replicas === 0 ? '' : ` with ${wish.replicas} replica(s) each`;
    return refusal('VB701', `${views.length} nodes are named; three primaries${replicas} need ${least}`, wish);
  }
  if (views.length % (wish.replicas + 1) !== 0) {
    const each = wish.replicas + 1;
    return refusal('VB761', `${views.length} nodes are named, and ${each} make a shard`, wish);
  }
  const greeting = views.find((view) => view.greeting);
  if (greeting !== undefined) return { kind: 'wait', why: `${greeting.name} is getting to know a node` };
  const groups = groupsOf(views).filter((group) => !group.every(isFresh));
  const holder = groups.flat().find((view) => isAlone(view) && view.keys > 0 && countSlots(view.self.slots) < SLOTS);
  if (holder !== undefined)
    return refusal('VB708', `${holder.name} is in no cluster and holds ${holder.keys} keys`, wish);
  const [base, other] = bySize(groups);
  if (base === undefined) return actions(...planCreation(views, wish));
  if (other !== undefined) return joinRemains(groups) ?? foreign(base, other, wish);
  return planExtension(base, views.filter(isFresh), wish);
}

/**
 * A creation that was cut off before the nodes met: each owns its own slots, and none holds a key. They only have to
 * meet. Null for anything else.
 */
function joinRemains(groups: readonly (readonly View[])[]): Decision | null {
  const all = groups.flat();
  const isRemains =
    all.every(({ keys }) => keys === 0) &&
    groups.every((group) => absentFrom(group).length === 0) &&
    ownedTwice(groups.flatMap(([first]) => first?.rows ?? [])).length === 0;
  const [first, ...others] = groups.map(([one]) => one).filter((one) => one !== undefined);
  if (!isRemains || first === undefined) return null;
  return { kind: 'actions', actions: [{ kind: 'meet', node: first, others }] };
}

function foreign(base: readonly View[], other: readonly View[], wish: Wish): Decision {
  const names = other.map(({ name }) => name).join(', ');
  const slots = showSlots(other[0]?.self.slots ?? []);
  const what = `${names} is in another cluster than ${base.map(({ name }) => name).join(', ')}`;
  return refusal(
    'VB707',
    `${what} (${other[0]?.name} knows ${other[0]?.rows.length} nodes, owns slots ${slots})`,
    wish,
  );
}

/** The largest first; of two of one size, the one that is named first. */
function bySize(groups: readonly (readonly View[])[]): readonly (readonly View[])[] {
  return [...groups].sort((a, b) => b.length - a.length);
}

type Objection = 'VB701' | 'VB702' | 'VB707' | 'VB708' | 'VB709' | 'VB719' | 'VB761';

function refusal(code: Objection, message: string, { at }: Wish, hint?: string): Decision {
  return { kind: 'refuse', diagnostic: diagnose(code, message, hint === undefined ? { at } : { at, hint }) };
}

/** The actions that an existing cluster needs until its named nodes are linked, all slots owned and evenly shared. */
function planExtension(base: readonly View[], fresh: readonly View[], wish: Wish): Decision {
  const strangers = unnamed(base);
  if (fresh.length > 0 && strangers.length > 0) {
    const names = strangers.map(({ id }) => nameOf(id, base)).join(', ');
    const message = `${base.map(({ name }) => name).join(', ')} is in a cluster with ${names}, and --nodes does not name all of them`;
    const reborn = fresh.find(({ ip, port }) => strangers.some((row) => row.ip === ip && row.port === port));
    const hint = 'To add nodes to that cluster, name all of its nodes too.';
    const lost = `${reborn?.name} is there as a new node: it has lost its data directory. Give it back, or take its slots over by hand.`;
    return refusal('VB707', message, wish, reborn === undefined ? hint : lost);
  }
  const meetings = lostAddresses(base);
  if (meetings.length > 0) return { kind: 'actions', actions: meetings };
  const [through] = base;
  if (through === undefined) return { kind: 'actions', actions: [] };
  const missing = uncovered(claimsOf(base));
  // No node can have lost a key that nobody holds: only then may the slots be given out.
  if (missing.length > 0 && (absentFrom(base).length > 0 || base.some(({ keys }) => keys > 0)))
    return refusal('VB709', `nobody owns the slots ${showSlots(missing)}`, wish);
  const unreached = missingLink(base);
  if (unreached !== null) return { kind: 'wait', why: unreached };
  if (missing.length > 0) {
    const why = `nobody owns ${countSlots(missing)} slots, and no node holds a key`;
    return actions({ kind: 'fix', through, why });
  }
  const different = differentViews(base);
  if (different !== null) return { kind: 'wait', why: different };
  const open = base.flatMap(({ self }) => self.open.map(({ slot }) => slot));
  if (open.length > 0) {
    const slots = [...new Set(open)].sort((a, b) => a - b).join(' ');
    return actions({ kind: 'fix', through, why: `a move was cut off at ${slots}` });
  }
  const down = base.find(({ state }) => state !== 'ok');
  if (down !== undefined) return { kind: 'wait', why: `${down.name} says that the cluster's state is ${down.state}` };
  const outdated = outdatedEpochs(base);
  if (outdated.length > 0) return actions(...outdated);
  return planGrowth(base, through, fresh, wish);
}

/**
 * Primaries of which another node remembers a later epoch than they have, as after two nodes have changed addresses: it
 * would not believe their next claim to a slot, and never forgets it by itself (clusterProcessPacket in
 * cluster_legacy.c only raises an epoch).
 */
function outdatedEpochs(base: readonly View[]): Action[] {
  return base.flatMap((node): Action[] => {
    const later = base.find(({ rows }) => rows.some(({ id, epoch }) => id === node.self.id && epoch > node.self.epoch));
    if (later === undefined || !isPrimary(node.self)) return [];
    return [{ kind: 'bump', node, why: `${later.name} remembers a later one than ${node.self.epoch}` }];
  });
}

/**
 * Members that count and are not named: new nodes may have been meant for another cluster. One that is gone for good
 * does not count; one that owns nothing and is not heard yet will show what it is.
 */
function unnamed(base: readonly View[]): readonly NodeRow[] {
  const absent = new Set(absentFrom(base));
  const [first] = base;
  const counts = (row: NodeRow): boolean =>
    row.slots.length > 0 || (!isFailing(row) && first?.heard.has(row.id) === true);
  return (first?.rows ?? []).filter((row) => absent.has(row.id) && counts(row));
}

/**
 * Nodes that answer us where another one does not look for them: it does not know them, or fails to reach them at an
 * older address. The difference alone means nothing, since a node may announce another address than the one that leads
 * to it from here; nor does a link that is not there yet, since a node that starts has none. Only the node itself can
 * report that it failed.
 */
function lostAddresses(base: readonly View[]): Action[] {
  return base.flatMap((node): Action[] => {
    const others = base.filter((other) => {
      if (other === node) return false;
      const row = node.rows.find(({ id }) => id === other.self.id);
      // A linked node learns from the others about nodes that it does not know yet; one that knows nobody has to be
      // told.
      if (row === undefined) return isAlone(node);
      return isFailing(row) && (row.ip !== other.ip || row.busPort !== other.self.busPort);
    });
    return others.length > 0 ? [{ kind: 'meet', node, others }] : [];
  });
}

function actions(...list: readonly Action[]): Decision {
  return { kind: 'actions', actions: list };
}

/** Nodes that know each other, as groups: a cluster, the remains of one, or a node that is alone. */
function groupsOf(views: readonly View[]): readonly (readonly View[])[] {
  const left = new Set(views);
  const groups: View[][] = [];
  for (const view of views) {
    if (!left.delete(view)) continue;
    const group = [view];
    // Knowing need not go both ways: a greeting may have been cut short.
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
function isFresh(view: View): boolean {
  return isAlone(view) && view.self.slots.length === 0 && view.keys === 0;
}

function isAlone(view: View): boolean {
  return view.rows.length === 1 && !view.greeting;
}

/** Ids that a group knows and that did not answer: not named, or not there. */
function absentFrom(group: readonly View[]): readonly string[] {
  const present = new Set(group.map(({ self }) => self.id));
  return [...new Set(group.flatMap(({ rows }) => rows.map(({ id }) => id)))].filter((id) => !present.has(id));
}

/**
 * The first node that another one does not hear; null if all hear all. A node that fails and owns nothing may be gone
 * for good: it matters only where it is asked itself.
 */
function missingLink(views: readonly View[]): string | null {
  const isAsked = (row: NodeRow): boolean => views.some(({ self }) => self.id === row.id);
  for (const view of views) {
    const lost = view.rows.find((row) => isFailing(row) && (row.slots.length > 0 || isAsked(row)));
    if (lost !== undefined) return `${view.name} cannot reach ${nameOf(lost.id, views)} on its cluster bus`;
    const unheard = view.rows.find((row) => !isFailing(row) && !view.heard.has(row.id));
    if (unheard !== undefined) return `${view.name} has not heard from ${nameOf(unheard.id, views)} yet`;
  }
  return null;
}

/** Two nodes that do not see the same nodes with the same slots; null if all do. */
function differentViews(views: readonly View[]): string | null {
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
