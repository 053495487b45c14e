import { nameOf, type View } from '../../cluster/view.ts';
import { ask, type Cluster } from './cluster.ts';

/*
 * A run that dies while it moves slots leaves a cluster that is healthy and uneven, as somebody may want it. So that the next run can tell
 * the two apart, a key says that slots are being moved; it is deleted when that is done, and expires by itself.
 */
const KEY = '{valkey-bundle}:cluster-ensure';
const DAYS_S = 7 * 86_400;

/** Whether an earlier run began to move slots and did not finish; null where the cluster answers for no key. */
export async function wasMoving(cluster: Cluster, views: readonly View[]): Promise<boolean | null> {
  const answer = await send(cluster, views, `EXISTS ${KEY}`);
  return answer?.includes('CLUSTERDOWN') === true ? null : answer === '1';
}

/** Leaves the mark. Without it (a node that is full refuses it) the work can be done all the same. */
export async function markMoving(cluster: Cluster, views: readonly View[]): Promise<void> {
  await send(cluster, views, `SET ${KEY} "slots are being moved by valkey-bundle cluster ensure" EX ${DAYS_S}`);
}

export async function unmarkMoving(cluster: Cluster, views: readonly View[]): Promise<void> {
  await send(cluster, views, `DEL ${KEY}`);
}

/** To the node that owns the key's slot; null where that cannot be told. */
async function send(cluster: Cluster, views: readonly View[], command: string): Promise<string | null> {
  const [any] = views;
  if (any === undefined) return null;
  const slot = Number((await ask(cluster, any, [`CLUSTER KEYSLOT ${KEY}`])).stdout);
  const owner = any.rows.find(({ slots }) => slots.some(([first, last]) => first <= slot && slot <= last));
  if (owner === undefined) return null;
  const named = views.find(({ self }) => self.id === owner.id);
  const at = named ?? { name: nameOf(owner.id, views), ip: owner.ip, port: owner.port };
  const { stdout } = await ask(cluster, at, [command]);
  return stdout.trim();
}
