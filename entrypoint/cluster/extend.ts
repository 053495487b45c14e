import { diagnose } from '../diagnostics.ts';
import type { Action, Decision, Wish } from './action.ts';
import { differentViews, missingLink } from './agreement.ts';
import { absentFrom, isAlone } from './groups.ts';
import { isFailing, isPrimary, type NodeRow } from './nodes.ts';
import { countSlots, showSlots, uncovered } from './slots.ts';
import { claimsOf, nameOf, type View } from './view.ts';

/** What an existing cluster still needs so that all its named nodes are linked, all slots owned, and every primary has its share. */
export function planExtension(base: readonly View[], fresh: readonly View[], wish: Wish): Decision {
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
  return { kind: 'actions', actions: growth(base, through, fresh, wish) };
}

/**
 * Members that count and are not named: new nodes may have been meant for another cluster. One that is gone for good does not count; one
 * that owns nothing and is not heard yet will show what it is.
 */
function unnamed(base: readonly View[]): readonly NodeRow[] {
  const absent = new Set(absentFrom(base));
  const [first] = base;
  const counts = (row: NodeRow): boolean =>
    row.slots.length > 0 || (!isFailing(row) && first?.heard.has(row.id) === true);
  return (first?.rows ?? []).filter((row) => absent.has(row.id) && counts(row));
}

/** New nodes join; then whoever is a primary without slots gets its share. */
function growth(base: readonly View[], through: View, fresh: readonly View[], wish: Wish): Action[] {
  const total = through.rows.length + fresh.length;
  const wanted = Math.floor(total / (wish.replicas + 1));
  const primaries = through.rows.filter(isPrimary).length;
  const added = fresh.map(
    (node, index): Action => ({ kind: 'add', node, to: through, asReplica: primaries + index >= wanted }),
  );
  const empty = base.filter(({ self }) => isPrimary(self) && self.slots.length === 0);
  // With replicas asked for, a primary too many that owns nothing is one that was to become a replica.
  const surplus = wish.replicas === 0 ? [] : empty.slice(0, Math.max(0, primaries - wanted));
  const replicate = surplus.map((node): Action => ({ kind: 'replicate', node, primary: fewestReplicas(through.rows) }));
  const shares = [
    ...empty.filter((view) => !surplus.includes(view)),
    ...fresh.slice(0, Math.max(0, wanted - primaries)),
  ];
  const why =
    shares.length > 0
      ? `${shares.map(({ name }) => name).join(', ')} has none`
      : wish.resume
        ? 'an earlier run was cut off while it moved slots'
        : null;
  return [...replicate, ...added, ...(why === null ? [] : [{ kind: 'rebalance', through, why } as const])];
}

function fewestReplicas(rows: readonly NodeRow[]): string {
  const count = (id: string): number => rows.filter(({ primary }) => primary === id).length;
  const owners = rows.filter((row) => isPrimary(row) && row.slots.length > 0);
  return owners.reduce((least, row) => (count(row.id) < count(least) ? row.id : least), owners[0]?.id ?? '');
}

/**
 * Nodes that answer us where another one does not look for them: it does not know them, or fails to reach them at an older address.
 * The difference alone means nothing, since a node may announce another address than the one that leads to it from here; nor does a link
 * that is not there yet, since a node that starts has none. It is for the node to say that it failed.
 */
function lostAddresses(base: readonly View[]): Action[] {
  return base.flatMap((node): Action[] => {
    const others = base.filter((other) => {
      if (other === node) return false;
      const row = node.rows.find(({ id }) => id === other.self.id);
      // Whom a linked node does not know yet, the others will tell it; one that knows nobody has to be told.
      if (row === undefined) return isAlone(node);
      return isFailing(row) && (row.ip !== other.ip || row.busPort !== other.self.busPort);
    });
    return others.length > 0 ? [{ kind: 'meet', node, others }] : [];
  });
}

function refusal(code: 'VB707' | 'VB709', message: string, { at }: Wish, hint?: string): Decision {
  return { kind: 'refuse', diagnostic: diagnose(code, message, hint === undefined ? { at } : { at, hint }) };
}

function actions(...list: readonly Action[]): Decision {
  return { kind: 'actions', actions: list };
}
