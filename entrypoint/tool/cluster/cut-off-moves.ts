import { slotOf } from '../../cluster/nodes.ts';
import { command, isList, nameOf, problemIn, type View } from '../../cluster/view.ts';
import { refuse } from '../../diagnostics/diagnostic.ts';
import { type Command, isError, type Reply } from '../../host/host.ts';
import { askOne, type Cluster, type Connection, type Endpoint, loginOf } from './connection.ts';

/** As many as valkey-cli moves at once. */
const KEYS_AT_ONCE = 10;
/** How long a node may take to hand some keys over, and how long we wait for it. */
const MIGRATE_MS = 15_000;
const ANSWER_MS = 30_000;

/**
 * Moves what is left of each slot whose move was cut off to where it was going. Refuses VB714 where a node does not.
 */
export async function finishMoves(cluster: Cluster, views: readonly View[], signal: AbortSignal): Promise<void> {
  for (const move of cutOffMoves(views)) await finishMove(cluster, move, signal);
}

async function finishMove(cluster: Cluster, { slot, from, to }: CutOffMove, signal: AbortSignal): Promise<void> {
  await tellNode(cluster, from, command('CLUSTER', 'SETSLOT', String(slot), 'MIGRATING', to.self.id), signal);
  const known = from.rows.find(({ id }) => id === to.self.id);
  const target = command('MIGRATE', known?.ip || to.ip, String(known?.port || to.port), '', '0', String(MIGRATE_MS));
  for (let isFirst = true; ; isFirst = false) {
    const reading = command('CLUSTER', 'GETKEYSINSLOT', String(slot), String(KEYS_AT_ONCE));
    const keys = await tellNode(cluster, from, reading, signal);
    if (!isList(keys)) throw refuse('VB714', `${from.name}: CLUSTER GETKEYSINSLOT: ${problemIn(keys)}`);
    if (keys.length === 0) return;
    if (isFirst) cluster.say(`moving what is left of slot ${slot} from ${from.name} to ${to.name}`);
    const names = keys.filter((key) => typeof key === 'string');
    // The owner's copy counts where both have one: it is the one that clients were given.
    const how = [...command('REPLACE'), ...login(cluster.connection), ...command('KEYS'), ...names];
    await tellNode(cluster, from, [...target, ...how], signal);
  }
}

/** The owner logs in at the target as we did here. The server keeps these words out of its slow log. */
function login(connection: Connection): Command {
  const words = loginOf(connection);
  return words.length === 0 ? [] : [...command(words.length === 1 ? 'AUTH' : 'AUTH2'), ...words];
}

/** The reply of a node to one command. Refuses VB714 for an error. */
async function tellNode(cluster: Cluster, node: View, words: Command, signal: AbortSignal): Promise<Reply> {
  const reply = await askOne(cluster, node, words, { timeoutMs: ANSWER_MS, signal });
  if (!isError(reply)) return reply;
  // What follows MIGRATE may hold the password.
  const shown = words[0] === 'MIGRATE' ? 'MIGRATE' : words.join(' ');
  throw refuse('VB714', `${node.name}: ${shown}: ${reply.message}`);
}

/** A slot that was being moved when the move was cut off: `from` owns it, `to` takes its keys one after the other. */
interface CutOffMove {
  readonly slot: number;
  readonly from: View;
  readonly to: View;
}

/**
 * The moves of which both ends are asked, and the target has been told: before that it can have no key of the slot.
 * `valkey-cli --cluster fix` takes whoever has most keys for the owner, tells everybody, and moves the rest afterwards;
 * a node that hears of the new owner before deletes what is left of the slot (cluster_legacy.c,
 * clusterUpdateSlotsConfigWith), so nothing may be left there.
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

/*
 * A run that dies while it moves slots leaves a cluster that is healthy and uneven, as somebody may have wanted it. A
 * key tells the next run the difference: it says that slots are being moved; it is deleted when that is done, and
 * expires by itself.
 */
const TAG = 'valkey-bundle';
const KEY = `{${TAG}}:cluster-ensure`;
const DAYS_S = 7 * 86_400;

/**
 * True if an earlier run began to move slots and did not finish; a text if that cannot be told yet. Refuses VB716 where
 * it may not be asked.
 */
export async function wasMoving(cluster: Cluster, views: readonly View[]): Promise<boolean | string> {
  const owner = ownerOfMark(views);
  // If nobody owns the slot, no mark can have been left.
  if (owner === null) return false;
  const reply = await askOne(cluster, owner, command('EXISTS', KEY));
  if (typeof reply === 'number') return reply === 1;
  const why = `${owner.name}: EXISTS ${KEY}: ${problemIn(reply)}`;
  if (isError(reply) && /^(?:NOPERM|ERR)\b/.test(reply.message)) throw refuse('VB716', why);
  return why;
}

/** Leaves the mark. Without it (a node that is full refuses it) the work can be done all the same. */
export async function markMoving(cluster: Cluster, views: readonly View[]): Promise<void> {
  const words = command('SET', KEY, 'slots are being moved by valkey-bundle cluster ensure', 'EX', String(DAYS_S));
  await writeMark(cluster, views, words);
}

/** If the mark stays, the next run finds all slots in place and moves none. */
export async function unmarkMoving(cluster: Cluster, views: readonly View[]): Promise<void> {
  await writeMark(cluster, views, command('DEL', KEY));
}

async function writeMark(cluster: Cluster, views: readonly View[], words: Command): Promise<void> {
  const owner = ownerOfMark(views);
  const reply = owner === null ? null : await askOne(cluster, owner, words);
  if (isError(reply)) cluster.say(`${owner?.name}: ${words[0]}: ${reply.message}`);
}

/** The node that owns the key's slot. */
function ownerOfMark(views: readonly View[]): Endpoint | null {
  const slot = slotOf(TAG);
  const rows = views.flatMap((view) => view.rows);
  const owner = rows.find(({ slots }) => slots.some(([first, last]) => first <= slot && slot <= last));
  if (owner === undefined) return null;
  const named = views.find(({ self }) => self.id === owner.id);
  return named ?? { name: nameOf(owner.id, views), ip: owner.ip, port: owner.port };
}
