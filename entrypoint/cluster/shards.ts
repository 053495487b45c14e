import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Action, Decision, Wish } from './action.ts';
import { isFailing, isPrimary, type NodeRow } from './nodes.ts';
import { claimsOf, nameOf, type View } from './view.ts';

/** A place in a shard, or a node that needs one. */
interface Seat {
  readonly id: string;
  readonly machine: string;
}

/** A primary and the nodes that copy it. */
interface Shard {
  readonly primary: Seat;
  readonly replicas: readonly Seat[];
}

/** New nodes become a cluster: the primaries are created, then the others join them as replicas. */
export function planCreation(fresh: readonly View[], wish: Wish): readonly Action[] {
  const nodes = choosePrimaries(fresh, Math.floor(fresh.length / (wish.replicas + 1)), []);
  const [to] = nodes;
  if (to === undefined) return [];
  const others = fresh.filter((view) => !nodes.includes(view));
  const shards = nodes.map((view): Shard => ({ primary: seatOf(view), replicas: [] }));
  return [{ kind: 'create', nodes }, ...additions(others, to, assignReplicas(shards, others.map(seatOf)), fresh)];
}

/**
 * New nodes join a healthy cluster as primaries or as replicas, as `wish.replicas` says; then whoever is a primary
 * without slots gets its share. With replicas asked for, those that there are move to where they are missing, and off
 * the machine of their primary: one after the other, each only while every replica has its primary's data. Refuses
 * VB762 where more primaries own slots than that leaves.
 */
export function planGrowth(base: readonly View[], through: View, fresh: readonly View[], wish: Wish): Decision {
  const rows = livingRows(base);
  const wanted = Math.floor((rows.length + fresh.length) / (wish.replicas + 1));
  const primaries = rows.filter(isPrimary);
  const owners = primaries.filter(({ slots }) => slots.length > 0);
  if (wish.replicas > 0 && owners.length > wanted) {
    const all = rows.length + fresh.length;
    const message = `${owners.length} primaries own slots; ${all} nodes with ${wish.replicas} replica(s) a shard are ${wanted} shards`;
    return { kind: 'refuse', diagnostic: diagnose('VB762', message, { at: wish.at }) };
  }
  const empty = base.filter(({ self }) => isPrimary(self) && self.slots.length === 0);
  // With replicas asked for, a primary too many that owns nothing is one that was to become a replica.
  const surplus = wish.replicas === 0 ? [] : empty.slice(0, Math.max(0, primaries.length - wanted));
  const present = base.filter((view) => isPrimary(view.self) && !surplus.includes(view));
  const founders = choosePrimaries(fresh, Math.max(0, wanted - primaries.length), present);
  const shards = [
    ...shardsOf(rows, base).filter(({ primary }) => !surplus.some(({ self }) => self.id === primary.id)),
    ...founders.map((view): Shard => ({ primary: seatOf(view), replicas: [] })),
  ];
  const others = fresh.filter((view) => !founders.includes(view));
  const all = [...base, ...fresh];
  const assigned = assignReplicas(shards, [...surplus, ...others].map(seatOf));
  const steps: readonly Action[] = [
    ...surplus.map((node) => replication(node, assigned.get(node.self.id) ?? '', all)),
    ...founders.map((node): Action => ({ kind: 'add', node, to: through, primary: null })),
    ...additions(others, through, assigned, all),
  ];
  const moves: Action[] = [];
  if (steps.length === 0 && wish.replicas > 0) {
    const behind = base.find(({ isBehind }) => isBehind);
    if (behind !== undefined) return { kind: 'wait', why: `${behind.name} has not got the data of its primary yet` };
    const move = rows.length === base.length ? betterPlace(shards, wish.replicas) : null;
    const node = base.find(({ self }) => self.id === move?.seat.id);
    if (move !== null && node !== undefined) moves.push(replication(node, move.primary.id, all));
  }
  const shares = [...empty.filter((view) => !surplus.includes(view)), ...founders];
  const why =
    shares.length > 0
      ? `${shares.map(({ name }) => name).join(', ')} has none`
      : wish.resume
        ? 'an earlier run was cut off while it moved slots'
        : null;
  return {
    kind: 'actions',
    actions: [...steps, ...moves, ...(why === null ? [] : [{ kind: 'rebalance', through, why } as const])],
  };
}

/** Members that are there, or own slots: one that fails and owns nothing may be gone for good. */
function livingRows(base: readonly View[]): readonly NodeRow[] {
  const isNamed = (row: NodeRow): boolean => base.some(({ self }) => self.id === row.id);
  return claimsOf(base).filter((row) => isNamed(row) || row.slots.length > 0 || !isFailing(row));
}

function shardsOf(rows: readonly NodeRow[], views: readonly View[]): readonly Shard[] {
  const seat = ({ id, ip }: NodeRow): Seat => {
    const view = views.find(({ self }) => self.id === id);
    return view === undefined ? { id, machine: ip } : seatOf(view);
  };
  return rows.filter(isPrimary).map((row) => ({
    primary: seat(row),
    replicas: rows.filter(({ primary }) => primary === row.id).map(seat),
  }));
}

function seatOf({ self, machine }: View): Seat {
  return { id: self.id, machine };
}

function additions(
  nodes: readonly View[],
  to: View,
  assigned: ReadonlyMap<string, string>,
  all: readonly View[],
): readonly Action[] {
  return nodes.map((node): Action => {
    const id = assigned.get(node.self.id);
    return { kind: 'add', node, to, primary: id === undefined ? null : { id, name: nameOf(id, all) } };
  });
}

function replication(node: View, id: string, all: readonly View[]): Action {
  return { kind: 'replicate', node, primary: { id, name: nameOf(id, all) } };
}

/** Each from the machine with the fewest primaries so far, those of `present` counted; of equals, the first. */
function choosePrimaries(nodes: readonly View[], count: number, present: readonly View[]): readonly View[] {
  const chosen: View[] = [];
  const load = (one: View): number => [...present, ...chosen].filter(({ machine }) => machine === one.machine).length;
  while (chosen.length < Math.min(count, nodes.length)) {
    const left = nodes.filter((view) => !chosen.includes(view));
    const [first, ...others] = left;
    if (first === undefined) break;
    chosen.push(others.reduce((best, view) => (load(view) < load(best) ? view : best), first));
  }
  return nodes.filter((view) => chosen.includes(view));
}

/**
 * The primary of each node that is to become a replica, by id. The shards with the fewest replicas come first, one
 * replica each. Within such a round as few replicas as can be stand on the machine of their primary, whatever the order
 * of the nodes; those of one shard keep apart as well, where that costs nothing.
 */
export function assignReplicas(shards: readonly Shard[], nodes: readonly Seat[]): ReadonlyMap<string, string> {
  const assigned = new Map<string, string>();
  let current = shards;
  let left = nodes;
  while (left.length > 0 && current.length > 0) {
    const fewest = Math.min(...current.map(({ replicas }) => replicas.length));
    const poorest = current.filter(({ replicas }) => replicas.length === fewest);
    const pairs = matching(poorest, left);
    const spare = left.filter((seat) => ![...pairs.values()].includes(seat));
    for (const shard of poorest) {
      const seat = pairs.get(shard) ?? spare.shift();
      if (seat === undefined) continue;
      pairs.set(shard, seat);
      assigned.set(seat.id, shard.primary.id);
    }
    current = current.map((shard) => {
      const seat = pairs.get(shard);
      return seat === undefined ? shard : { ...shard, replicas: [...shard.replicas, seat] };
    });
    left = left.filter(({ id }) => !assigned.has(id));
  }
  return assigned;
}

/** A replica for as many shards as can be, one each, first apart from the whole shard, then apart from its primary. */
function matching(shards: readonly Shard[], seats: readonly Seat[]): Map<Shard, Seat> {
  const pairs = new Map<Shard, Seat>();
  const find = (shard: Shard, fits: typeof isApart, seen: Set<Seat>): boolean => {
    const fitting = seats.filter((seat) => fits(shard, seat) && !seen.has(seat));
    const ownerOf = (seat: Seat): Shard | undefined => shards.find((other) => pairs.get(other) === seat);
    const free = fitting.find((seat) => ownerOf(seat) === undefined);
    if (free !== undefined) return pairs.set(shard, free).size > 0;
    // Another shard gives its seat up where it finds a different one (augmenting paths).
    for (const seat of fitting) {
      if (seen.has(seat)) continue;
      seen.add(seat);
      const owner = ownerOf(seat);
      if (owner !== undefined && find(owner, fits, seen)) return pairs.set(shard, seat).size > 0;
    }
    return false;
  };
  for (const fits of [isApart, isOffPrimary])
    for (const shard of shards) if (!pairs.has(shard)) find(shard, fits, new Set());
  return pairs;
}

function isApart({ primary, replicas }: Shard, { machine }: Seat): boolean {
  return [primary, ...replicas].every((member) => member.machine !== machine);
}

function isOffPrimary({ primary }: Shard, { machine }: Seat): boolean {
  return primary.machine !== machine;
}

/**
 * The next replica to move, and its new primary: from a shard with too many to one with too few; else one that stands
 * on its primary's machine goes to a shard that can give one back for it. Null where nothing gets better.
 */
function betterPlace(shards: readonly Shard[], wanted: number): { readonly seat: Seat; readonly primary: Seat } | null {
  const poor = shards.find(({ replicas }) => replicas.length < wanted);
  const gifts = shards
    .filter(({ replicas }) => replicas.length > wanted)
    .flatMap((shard) => shard.replicas.map((seat) => ({ shard, seat })));
  if (poor !== undefined) {
    const cost = ({ shard, seat }: (typeof gifts)[number]): number =>
      (isOffPrimary(poor, seat) ? 0 : 2) + (isOffPrimary(shard, seat) ? 1 : 0);
    const [gift] = gifts.toSorted((one, other) => cost(one) - cost(other));
    return gift === undefined ? null : { seat: gift.seat, primary: poor.primary };
  }
  for (const shard of shards)
    for (const seat of shard.replicas.filter((one) => !isOffPrimary(shard, one))) {
      const other = shards.find(
        (one) => isOffPrimary(one, seat) && one.replicas.some((given) => isOffPrimary(shard, given)),
      );
      if (other !== undefined) return { seat, primary: other.primary };
    }
  return null;
}
