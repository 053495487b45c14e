import { isPrimary, keyIn, showSlots } from '../../cluster/nodes.ts';
import { command, errorIn, isList, problemIn, textIn, type View } from '../../cluster/view.ts';
import { diagnose, Refusal, refuse } from '../../diagnostics/diagnostic.ts';
import { type Command, isError, type Reply, type Waiting } from '../../host/host.ts';
import { printable } from '../../text/bytes.ts';
import { CONNECTION_OPTIONS, readOptions, type ToolContext } from '../options.ts';
import { ask, askOne, type Cluster, troubleDiagnostic } from './connection.ts';
import { membersFrom, startOf, timeoutOf } from './members.ts';

const BETWEEN_MS = 200;
/** Two 32-bit floats that any client can send: eight printable bytes. */
const VECTOR = 'AAAAAAAA';
const INDEX_PREFIX = 'valkey-bundle:verify:';
/** Documents that a run which was killed has left are gone after this, and the next run drops its index. */
const LEFT_S = 600;

interface Probe {
  readonly cluster: Cluster;
  readonly views: readonly View[];
  readonly index: string;
  readonly end: number;
  readonly ok: (line: string) => void;
}

/**
 * `valkey-bundle cluster verify-coordinator`: makes an index on one node, sees it on all, and finds documents of every
 * shard by a KNN query to each node. Refuses VB731 to VB733, and cleans up in any case.
 */
export async function verifyCoordinator(context: ToolContext, waiting: Waiting): Promise<number> {
  const options = readOptions(
    context.args,
    { nodes: 'value', timeout: 'value', ...CONNECTION_OPTIONS },
    'cluster verify-coordinator',
    3,
  );
  const { host, tell } = context;
  const start = startOf(context, options);
  const cluster: Cluster = { waiting, connection: start.connection, say: () => {} };
  const { views, silent } = await membersFrom(cluster, await start.find(cluster));
  const [gone] = silent;
  if (gone !== undefined) throw new Refusal(troubleDiagnostic(gone.name, gone.trouble));
  const probe: Probe = {
    cluster,
    views,
    index: `${INDEX_PREFIX}${waiting.date()}:${waiting.nonce().slice(0, 8)}`,
    end: waiting.now() + timeoutOf(options, 20),
    ok: (line) => host.print('stdout', `ok   ${printable(line)}\n`),
  };
  await dropOldIndexes(probe, tell);
  const documents = new Map<string, View>();
  try {
    await createIndex(probe);
    await seeIndex(probe, true);
    probe.ok(`the index made on ${views[0]?.name} is on all ${views.length} nodes`);
    if (await isStandIn(probe)) {
      tell(diagnose('VB735', 'search cannot search here: the KNN half was not run'));
    } else {
      await addDocuments(probe, documents);
      await findDocuments(probe, documents);
      probe.ok(`a KNN query to each of ${documents.size} primaries finds the documents of all of them`);
    }
  } finally {
    const left = await cleanUp(probe, documents);
    if (left !== null) tell(diagnose('VB734', `${probe.index}: ${left}`));
  }
  await seeIndex(probe, false);
  probe.ok('the index dropped on one node is gone from all');
  return 0;
}

async function createIndex(probe: Probe): Promise<void> {
  const { cluster, views, index } = probe;
  const [view] = views;
  if (view === undefined) throw refuse('VB716', 'the cluster has no nodes');
  const schema = `ON HASH PREFIX 1 ${index}: SCHEMA v VECTOR FLAT 6 TYPE FLOAT32 DIM 2 DISTANCE_METRIC L2`;
  const reply = await askOne(cluster, view, command('FT.CREATE', index, ...schema.split(' ')));
  if (!isError(reply)) return;
  throw refuse(isUnknown(reply) ? 'VB731' : 'VB716', `${view.name}: FT.CREATE: ${reply.message}`);
}

/** Waits until the index is on every node, or on none. Refuses VB731, VB732, VB716 where a node may not be asked. */
async function seeIndex({ cluster, views, index, end }: Probe, wanted: boolean): Promise<void> {
  for (;;) {
    const lists = await Promise.all(views.map((view) => listIndexes(cluster, view)));
    const wrong = views.filter((_, place) => lists[place]?.includes(index) !== wanted);
    if (wrong.length === 0) return;
    if (cluster.waiting.now() >= end) {
      const names = wrong.map(({ name }) => name).join(', ');
      const what = wanted
        ? `the index made on ${views[0]?.name} is not on ${names}`
        : `the dropped index is still on ${names}`;
      throw refuse('VB732', what);
    }
    await pause(cluster);
  }
}

/** Refuses VB731, VB716. */
async function listIndexes(cluster: Cluster, view: View): Promise<readonly string[]> {
  const reply = await askOne(cluster, view, command('FT._LIST'));
  if (isUnknown(reply)) throw refuse('VB731', `${view.name} does not know FT._LIST`);
  if (!isList(reply)) throw refuse('VB716', `${view.name}: FT._LIST: ${problemIn(reply)}`);
  return reply.flatMap((name) => textIn(name) ?? []);
}

/** The tests' stand-in says so, instead of searching. Refuses VB716 where we may not search. */
async function isStandIn({ cluster, views, index }: Probe): Promise<boolean> {
  const [view] = views;
  if (view === undefined) return false;
  const reply = await askOne(cluster, view, query(index, 1));
  if (isError(reply) && /^NOPERM/.test(reply.message))
    throw refuse('VB716', `${view.name}: FT.SEARCH: ${reply.message}`);
  return isError(reply) && reply.message.startsWith('STANDIN');
}

/** One document for each shard, however few slots it has. Refuses VB716. */
async function addDocuments({ cluster, views, index }: Probe, documents: Map<string, View>): Promise<void> {
  for (const view of views.filter(({ self }) => isPrimary(self) && self.slots.length > 0)) {
    const key = keyIn(view.self.slots, `${index}:`);
    if (key === null) throw refuse('VB716', `${view.name}: no key falls into its slots ${showSlots(view.self.slots)}`);
    documents.set(key, view);
    const answer = await ask(cluster, view, [
      command('HSET', key, 'v', VECTOR),
      command('EXPIRE', key, String(LEFT_S)),
    ]);
    const error = answer.kind === 'failed' ? answer.why : errorIn(answer.replies);
    if (error !== null) throw refuse('VB716', `${view.name}: HSET: ${error}`);
  }
}

/** Waits until a query to each primary finds every document. Refuses VB733. */
async function findDocuments({ cluster, index, end }: Probe, documents: ReadonlyMap<string, View>): Promise<void> {
  const keys = [...documents.keys()];
  for (const view of documents.values()) {
    for (;;) {
      const reply = await askOne(cluster, view, query(index, keys.length));
      const found = new Set(isList(reply) ? reply.map(textIn) : []);
      const missing = keys.filter((key) => !found.has(key));
      if (missing.length === 0) break;
      if (cluster.waiting.now() >= end) {
        const owners = missing.map((key) => documents.get(key)?.name).join(', ');
        const said = isList(reply) ? '' : `: ${problemIn(reply)}`;
        throw refuse('VB733', `${view.name} does not find the documents of ${owners}${said}`);
      }
      await pause(cluster);
    }
  }
}

/**
 * Runs also when the command is being stopped, so its questions are not stopped. Returns a text about what is left, or
 * null.
 */
async function cleanUp({ cluster, views, index }: Probe, documents: ReadonlyMap<string, View>): Promise<string | null> {
  const unstopped = { signal: null };
  const deleted = await Promise.all(
    [...documents].map(([key, view]) => askOne(cluster, view, command('DEL', key), unstopped)),
  );
  // An index that was not handed on is on one node alone; of the others one drop takes it from all.
  const [view] = views;
  const dropped = view === undefined ? null : await askOne(cluster, view, command('FT.DROPINDEX', index), unstopped);
  const isGone = isUnknown(dropped) || (isError(dropped) && /not found|unknown index/i.test(dropped.message));
  return errorIn([...deleted, isGone ? null : dropped]);
}

/** Refuses VB731, VB716; says VB734 of one that stays. */
async function dropOldIndexes({ cluster, views }: Probe, tell: ToolContext['tell']): Promise<void> {
  const [view] = views;
  if (view === undefined) return;
  const now = cluster.waiting.date();
  for (const name of await listIndexes(cluster, view)) {
    const date = /^valkey-bundle:verify:(\d+):[0-9a-f]+$/.exec(name)?.[1];
    if (date === undefined || now - Number(date) <= LEFT_S) continue;
    const reply = await askOne(cluster, view, command('FT.DROPINDEX', name));
    // Another run may have dropped it.
    if (isError(reply) && !/not found|unknown index/i.test(reply.message))
      tell(diagnose('VB734', `${name}: ${reply.message}`));
  }
}

/** Without LIMIT a search gives ten documents, however many KNN asks for. */
function query(index: string, count: number): Command {
  const among = ['PARAMS', '2', 'q', VECTOR, 'LIMIT', '0', String(count), 'DIALECT', '2'];
  return command('FT.SEARCH', index, `*=>[KNN ${count} @v $q]`, ...among);
}

function isUnknown(reply: Reply): boolean {
  return isError(reply) && /unknown command/i.test(reply.message);
}

async function pause({ waiting }: Cluster): Promise<void> {
  waiting.stopped.throwIfAborted();
  await waiting.pause(BETWEEN_MS);
}
