import { bytesOf } from '../../bytes.ts';
import { type CutOffMove, cutOffMoves } from '../../cluster/cut-off-moves.ts';
import { troubleOf, type View } from '../../cluster/view.ts';
import { renderWord } from '../../conf/render.ts';
import { refuse } from '../../diagnostics.ts';
import { type Cluster, send } from './cluster.ts';
import type { Connection } from './connection.ts';

/** As many as valkey-cli moves at once. */
const KEYS_AT_ONCE = 10;
/** How long a node may take to hand some keys over, and how long valkey-cli waits for it. */
const MIGRATE_MS = 15_000;
const ANSWER_MS = 30_000;

/** Moves what is left of each slot whose move was cut off to where it was going. Refuses VB714 where a node does not. */
export async function finishMoves(cluster: Cluster, views: readonly View[], signal: AbortSignal): Promise<void> {
  for (const move of cutOffMoves(views)) await finish(cluster, move, signal);
}

async function finish(cluster: Cluster, { slot, from, to }: CutOffMove, signal: AbortSignal): Promise<void> {
  await tell(cluster, from, `CLUSTER SETSLOT ${slot} MIGRATING ${to.self.id}`, signal);
  const known = from.rows.find(({ id }) => id === to.self.id);
  // The owner's copy counts where both have one: it is the one that clients were given.
  const target = `${known?.ip || to.ip} ${known?.port || to.port} "" 0 ${MIGRATE_MS} REPLACE`;
  for (let isFirst = true; ; isFirst = false) {
    const keys = quotedWords(await tell(cluster, from, `CLUSTER GETKEYSINSLOT ${slot} ${KEYS_AT_ONCE}`, signal));
    if (keys.length === 0) return;
    if (isFirst) cluster.say(`moving what is left of slot ${slot} from ${from.name} to ${to.name}`);
    await tell(cluster, from, `MIGRATE ${target}${login(cluster.connection)} KEYS ${keys.join(' ')}`, signal);
  }
}

/** The owner logs in at the target as we did here. The server keeps these words out of its slow log. */
function login({ args, env }: Connection): string {
  const password = env['REDISCLI_AUTH'] ?? '';
  if (password === '') return '';
  const user = args.includes('--user') ? args[args.indexOf('--user') + 1] : undefined;
  const words = user === undefined ? ['AUTH', password] : ['AUTH2', user, password];
  return ` ${words.map((word) => renderWord(bytesOf(word))).join(' ')}`;
}

/** What a node answers to one command. */
async function tell(cluster: Cluster, node: View, command: string, signal: AbortSignal): Promise<string> {
  const ended = await send(cluster, node, [command], { form: '--no-raw', timeoutMs: ANSWER_MS, signal });
  const error = troubleOf(ended)?.why ?? /^\(error\) (.*)$/m.exec(ended.stdout)?.[1];
  if (error === undefined) return ended.stdout;
  // What follows MIGRATE may hold the password.
  throw refuse('VB714', `${node.name}: ${command.startsWith('MIGRATE') ? 'MIGRATE' : command}: ${error}`);
}

/** The words of a list as valkey-cli shows it: `1) "word"`. */
function quotedWords(list: string): string[] {
  return [...list.matchAll(/^ *\d+\) ("(?:[^"\\]|\\.)*")$/gm)].map(([, word = '']) => word);
}
