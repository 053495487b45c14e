import { setTimeout as pause } from 'node:timers/promises';
import { require } from './outcome.ts';
import type { Server } from './server.ts';

type Node = Pick<Server, 'cli' | 'read'>;

export interface Patience {
  readonly boundMs: number;
  readonly everyMs: number;
}

const index = 'verify:index';
const prefix = 'verify:knn:';
const count = 30;
/** Eight printable bytes are two floats, so that every client can send them. Search 1.0 wants a VECTOR field, and knows no TEXT. */
const vector = ['v', 'VECTOR', 'FLAT', '6', 'TYPE', 'FLOAT32', 'DIM', '2', 'DISTANCE_METRIC', 'L2'];
const query = [`*=>[KNN ${count} @v $q]`, 'PARAMS', '2', 'q', 'AAAA0001', 'LIMIT', '0', String(count), 'DIALECT', '2'];

/**
 * An index made on one node is seen on all of them, and a KNN search on any node finds the documents of every shard: the coordinators
 * of the nodes talk to each other. Gives what was seen; throws CheckFailed.
 */
export async function knnAcrossShards(nodes: readonly Node[], patience: Patience): Promise<string> {
  const [first] = nodes;
  require(first !== undefined && nodes.length > 1, () => 'fewer than two nodes');
  await first.cli('FT.CREATE', index, 'ON', 'HASH', 'PREFIX', '1', prefix, 'SCHEMA', ...vector);
  for (const [at, node] of nodes.entries()) {
    const list = await until(
      patience,
      () => node.cli('FT._LIST'),
      (text) => text.includes(index),
    );
    require(list.includes(index), () => `node ${at + 1} does not know the index: ${list}`);
  }
  const write = `for i in $(seq ${count}); do valkey-cli -c -e HSET ${prefix}$i v "$(printf 'AAAA%04d' "$i")" >/dev/null || exit 1; done`;
  await first.read(['sh', '-c', write]);
  const sizes = await Promise.all(nodes.map(async (node) => Number.parseInt(await node.cli('DBSIZE'), 10)));
  const spread = sizes.join(', ');
  require(sizes.every((size) => size > 0), () => `the documents are not spread over the shards: ${spread}`);
  for (const [at, node] of nodes.entries()) {
    const reply = await until(
      patience,
      () => node.cli('FT.SEARCH', index, ...query),
      (text) => found(text) === count,
    );
    require(found(reply) === count, () =>
      `node ${at + 1} finds ${found(reply)} of ${count} documents, which lie as ${spread}: ${reply.slice(0, 200)}`);
  }
  return `${count} documents on ${nodes.length} shards (${spread}), all found from every node`;
}

function found(reply: string): number {
  return new Set(reply.match(new RegExp(`${prefix}\\d+`, 'g'))).size;
}

/** Asks until the answer is as wanted, or the time is up; gives the last answer. An error of the server's is an answer, too. */
async function until(
  { boundMs, everyMs }: Patience,
  ask: () => Promise<string>,
  isWanted: (text: string) => boolean,
): Promise<string> {
  const end = performance.now() + boundMs;
  for (;;) {
    const answer = await ask().catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    if (isWanted(answer) || performance.now() > end) return answer;
    await pause(everyMs);
  }
}
