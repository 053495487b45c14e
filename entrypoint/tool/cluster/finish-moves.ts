import { type CutOffMove, cutOffMoves } from '../../cluster/cut-off-moves.ts';
import { command, isList, problemIn } from '../../cluster/replies.ts';
import type { View } from '../../cluster/view.ts';
import { refuse } from '../../diagnostics.ts';
import { type Command, isError, type Reply } from '../../host.ts';
import { askOne, type Cluster } from './cluster.ts';
import { type Connection, loginOf } from './connection.ts';

/** As many as valkey-cli moves at once. */
const KEYS_AT_ONCE = 10;
/** How long a node may take to hand some keys over, and how long we wait for it. */
const MIGRATE_MS = 15_000;
const ANSWER_MS = 30_000;

/** Moves what is left of each slot whose move was cut off to where it was going. Refuses VB714 where a node does not. */
export async function finishMoves(cluster: Cluster, views: readonly View[], signal: AbortSignal): Promise<void> {
  for (const move of cutOffMoves(views)) await finish(cluster, move, signal);
}

async function finish(cluster: Cluster, { slot, from, to }: CutOffMove, signal: AbortSignal): Promise<void> {
  await tell(cluster, from, command('CLUSTER', 'SETSLOT', String(slot), 'MIGRATING', to.self.id), signal);
  const known = from.rows.find(({ id }) => id === to.self.id);
  const target = command('MIGRATE', known?.ip || to.ip, String(known?.port || to.port), '', '0', String(MIGRATE_MS));
  for (let isFirst = true; ; isFirst = false) {
    const reading = command('CLUSTER', 'GETKEYSINSLOT', String(slot), String(KEYS_AT_ONCE));
    const keys = await tell(cluster, from, reading, signal);
    if (!isList(keys)) throw refuse('VB714', `${from.name}: CLUSTER GETKEYSINSLOT: ${problemIn(keys)}`);
    if (keys.length === 0) return;
    if (isFirst) cluster.say(`moving what is left of slot ${slot} from ${from.name} to ${to.name}`);
    const names = keys.filter((key) => typeof key === 'string');
    // The owner's copy counts where both have one: it is the one that clients were given.
    const how = [...command('REPLACE'), ...login(cluster.connection), ...command('KEYS'), ...names];
    await tell(cluster, from, [...target, ...how], signal);
  }
}

/** The owner logs in at the target as we did here. The server keeps these words out of its slow log. */
function login(connection: Connection): Command {
  const words = loginOf(connection);
  return words.length === 0 ? [] : [...command(words.length === 1 ? 'AUTH' : 'AUTH2'), ...words];
}

/** What a node answers to one command. */
async function tell(cluster: Cluster, node: View, words: Command, signal: AbortSignal): Promise<Reply> {
  const reply = await askOne(cluster, node, words, { timeoutMs: ANSWER_MS, signal });
  if (!isError(reply)) return reply;
  // What follows MIGRATE may hold the password.
  const shown = words[0] === 'MIGRATE' ? 'MIGRATE' : words.join(' ');
  throw refuse('VB714', `${node.name}: ${shown}: ${reply.message}`);
}
