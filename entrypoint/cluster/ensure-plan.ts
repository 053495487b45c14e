import { diagnose } from '../diagnostics.ts';
import type { Decision, Wish } from './action.ts';
import { areClones, clonesAmong } from './clones.ts';
import { planExtension } from './extend.ts';
import { absentFrom, groupsOf, isAlone, isFresh } from './groups.ts';
import { countSlots, ownedTwice, SLOTS, showSlots } from './slots.ts';
import type { View } from './view.ts';

/**
 * What to do about the nodes that `cluster ensure` names, from their own answers. Refuses VB701 (too few), VB702 (one node twice),
 * VB707 (another cluster), VB708 (data), VB709 (slots that nobody owns), VB719 (two servers with one id).
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
  const greeting = views.find((view) => view.greeting);
  if (greeting !== undefined) return { kind: 'wait', why: `${greeting.name} is getting to know a node` };
  const groups = groupsOf(views).filter((group) => !group.every(isFresh));
  const holder = groups.flat().find((view) => isAlone(view) && view.keys > 0 && countSlots(view.self.slots) < SLOTS);
  if (holder !== undefined)
    return refusal('VB708', `${holder.name} is in no cluster and holds ${holder.keys} keys`, wish);
  const [base, other] = bySize(groups);
  if (base === undefined)
    return { kind: 'actions', actions: [{ kind: 'create', nodes: views, replicas: wish.replicas }] };
  if (other !== undefined) return joinRemains(groups) ?? foreign(base, other, wish);
  return planExtension(base, views.filter(isFresh), wish);
}

/**
 * A creation that was cut off before the nodes met: each owns its own slots, and none holds a key. They only have to meet. Null where
 * it is anything else.
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

function refusal(code: 'VB701' | 'VB702' | 'VB707' | 'VB708' | 'VB719', message: string, { at }: Wish): Decision {
  return { kind: 'refuse', diagnostic: diagnose(code, message, { at }) };
}
