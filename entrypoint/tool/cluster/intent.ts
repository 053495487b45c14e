import { slotOf } from '../../cluster/key-slot.ts';
import { command, problemIn } from '../../cluster/replies.ts';
import { nameOf, type View } from '../../cluster/view.ts';
import { refuse } from '../../diagnostics.ts';
import { type Command, isError } from '../../host.ts';
import { askOne, type Cluster, type Endpoint } from './cluster.ts';

/*
 * A run that dies while it moves slots leaves a cluster that is healthy and uneven, as somebody may want it. So that the next run can tell
 * the two apart, a key says that slots are being moved; it is deleted when that is done, and expires by itself.
 */
const TAG = 'valkey-bundle';
const KEY = `{${TAG}}:cluster-ensure`;
const DAYS_S = 7 * 86_400;

/** Whether an earlier run began to move slots and did not finish; or why that cannot be told yet. Refuses VB716 where it may not be asked. */
export async function wasMoving(cluster: Cluster, views: readonly View[]): Promise<boolean | string> {
  const owner = ownerOf(views);
  // Where nobody owns the slot, nobody could have been marked.
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
  await tell(cluster, views, words);
}

/** Where the mark stays, the next run moves slots that are in place, and so none. */
export async function unmarkMoving(cluster: Cluster, views: readonly View[]): Promise<void> {
  await tell(cluster, views, command('DEL', KEY));
}

async function tell(cluster: Cluster, views: readonly View[], words: Command): Promise<void> {
  const owner = ownerOf(views);
  const reply = owner === null ? null : await askOne(cluster, owner, words);
  if (isError(reply)) cluster.say(`${owner?.name}: ${words[0]}: ${reply.message}`);
}

/** The node that owns the key's slot. */
function ownerOf(views: readonly View[]): Endpoint | null {
  const slot = slotOf(TAG);
  const rows = views.flatMap((view) => view.rows);
  const owner = rows.find(({ slots }) => slots.some(([first, last]) => first <= slot && slot <= last));
  if (owner === undefined) return null;
  const named = views.find(({ self }) => self.id === owner.id);
  return named ?? { name: nameOf(owner.id, views), ip: owner.ip, port: owner.port };
}
