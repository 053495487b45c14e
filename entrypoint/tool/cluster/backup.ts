import {
  type BackedUpModule,
  type BackedUpShard,
  type BackupRecord,
  backupName,
  backupsAmong,
  describeShard,
  haveStayed,
  RECORD_FILE,
  readCheck,
  shardsOf,
  unfinishedAmong,
  unfinishedName,
} from '../../cluster/backup.ts';
import { endpoint, showSlots } from '../../cluster/nodes.ts';
import { command, isList, pairsIn, problemIn, textIn, type View } from '../../cluster/view.ts';
import { Refusal, refuse } from '../../diagnostics/diagnostic.ts';
import type { Host, Reply, Waiting } from '../../host/host.ts';
import { messageOf, printable } from '../../text/bytes.ts';
import { isOlder } from '../../text/names.ts';
import { absolute, type Place } from '../../text/place.ts';
import { CONNECTION_OPTIONS, numberOf, readOptions, type ToolContext } from '../options.ts';
import { usageOf } from '../pages.ts';
import { askOne, type Cluster, engineConnection } from './connection.ts';
import { membersFrom, startOf, timeoutOf } from './members.ts';

/** One run, and what its steps need. */
interface Job {
  readonly cluster: Cluster;
  readonly host: Pick<Host, 'storage' | 'listDirectory'>;
  readonly env: ToolContext['env'];
  /** The directory of all backups. */
  readonly directory: string;
  readonly at: Place;
  readonly timeoutMs: number;
}

/**
 * `valkey-bundle cluster backup`: an RDB file of every shard in a directory that has a backup's name once all files are
 * there and checked. Refuses VB771 where the cluster cannot be backed up now, VB772 to VB774 where a step fails; then
 * nothing of it is left.
 */
export async function backup(context: ToolContext, waiting: Waiting): Promise<number> {
  const kinds = { nodes: 'value', to: 'value', keep: 'value', timeout: 'value', ...CONNECTION_OPTIONS } as const;
  const options = readOptions(context.args, kinds, 'cluster backup', 3);
  const to = options.get('to');
  if (to === undefined) throw refuse('VB601', '--to is missing', { hint: usageOf('cluster backup') });
  const keep = options.has('keep') ? numberOf(options.get('keep'), 'keep', 1, [1, 10_000]) : null;
  const { host } = context;
  const start = startOf(context, options);
  const say = (line: string): void => host.print('stderr', `valkey-bundle: ${printable(line)}\n`);
  const cluster: Cluster = { waiting, connection: start.connection, say };
  const directory = absolute(to.text, host.cwd);
  const job: Job = { cluster, host, env: context.env, directory, at: to.at, timeoutMs: timeoutOf(options, 3600) };

  for (const name of unfinishedAmong(namesIn(job))) {
    say(`removing ${name}, which a run that was ended has left`);
    onDisk(job, () => host.storage.remove(`${directory}/${name}`));
  }
  const find = async (): Promise<readonly View[]> => shardsNow(cluster, await start.find(cluster));
  const record = await takeBackup(job, find);
  const total = record.shards.reduce((sum, { keys, bytes }) => ({ keys: sum.keys + keys, bytes: sum.bytes + bytes }), {
    keys: 0,
    bytes: 0,
  });
  const size = `${record.shards.length} shards, ${total.keys} keys, ${total.bytes} bytes`;
  host.print('stdout', `${printable(`ok: ${directory}/${record.name}: ${size}, checked`)}\n`);
  if (keep !== null) removeOld(job, keep, (line) => host.print('stdout', `${printable(line)}\n`));
  return 0;
}

/** Refuses VB771. */
async function shardsNow(cluster: Cluster, first: readonly View[]): Promise<readonly View[]> {
  const { views, silent } = await membersFrom(cluster, first);
  const shards = shardsOf(
    views,
    silent.map(({ name, trouble }) => `${name}: ${trouble.why}`),
  );
  if (typeof shards === 'string') throw refuse('VB771', shards);
  return shards;
}

/** The whole backup, complete or not there. */
async function takeBackup(job: Job, find: () => Promise<readonly View[]>): Promise<BackupRecord> {
  const { cluster, host, directory } = job;
  const { waiting } = cluster;
  const before = await find();
  const modules = await modulesOf(cluster, before);
  const name = backupName(waiting.time());
  const unfinished = `${directory}/${unfinishedName(name)}`;
  onDisk(job, () => host.storage.makeDirectory(unfinished));
  try {
    // All at once: a fork on each node, and as little time as can be between the shards' moments.
    const shards = await allOf(before, waiting.stopped, (view, index, signal) =>
      takeShard(job, view, `${unfinished}/shard-${index}.rdb`, signal),
    );
    if (!haveStayed(before, await find())) throw refuse('VB771', 'slots, or a node, changed during the backup');
    const versions = before.map(({ version }) => version).sort((a, b) => (isOlder(a, b) ? -1 : 1));
    const servers = [versions[0] ?? '', versions.at(-1) ?? ''] as const;
    const record: BackupRecord = { version: 1, name, servers, modules, shards };
    onDisk(job, () => host.storage.write(`${unfinished}/${RECORD_FILE}`, `${JSON.stringify(record, null, 2)}\n`));
    onDisk(job, () => host.storage.rename(unfinished, `${directory}/${name}`));
    return record;
  } catch (error) {
    onDisk(job, () => host.storage.remove(unfinished));
    throw error;
  }
}

/**
 * Does it for all at once. Where one fails, the others are stopped, and waited for: nothing may write any more when the
 * directory is removed.
 */
async function allOf<T, R>(
  items: readonly T[],
  stopped: AbortSignal,
  act: (item: T, index: number, signal: AbortSignal) => Promise<R>,
): Promise<readonly R[]> {
  const failed = new AbortController();
  const signal = AbortSignal.any([stopped, failed.signal]);
  const settled = await Promise.allSettled(
    items.map((item, index) =>
      act(item, index, signal).catch((error: unknown) => {
        failed.abort(error);
        throw error;
      }),
    ),
  );
  signal.throwIfAborted();
  return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

/** Takes one shard's file and checks it. Refuses VB772, VB773. */
async function takeShard(job: Job, view: View, path: string, signal: AbortSignal): Promise<BackedUpShard> {
  const { cluster, env, timeoutMs, at } = job;
  const file = path.slice(path.lastIndexOf('/') + 1);
  const slots = showSlots(view.self.slots);
  // The node that was asked first has the name of a service, which may lead to any of them.
  const node = endpoint(view.self.hostname || view.ip, view.port);
  const shard = describeShard({ file, node, slots });
  const { args, env: auth } = engineConnection(cluster.connection, env);
  const words = ['-h', view.ip, '-p', String(view.port), ...args, '--rdb', path];
  const taken = await cluster.waiting.run('valkey-cli', words, { env: auth, signal, timeoutMs, keepsOutput: true });
  if (taken.exitCode !== 0) {
    const said = taken.problem || lastLine(taken.output) || `exit code ${taken.exitCode}`;
    const isOfDisk = /^(?:Error opening|Error writing|Fail to fsync)/.test(said);
    throw refuse(isOfDisk ? 'VB774' : 'VB772', `${shard}: ${taken.timedOut ? 'it takes too long' : said}`, { at });
  }
  const check = await checkFile({ waiting: cluster.waiting, env }, path, signal);
  if (typeof check === 'string') throw refuse('VB773', `${shard}: ${check}`, { at });
  const { bytes, sha256 } = await onDiskLater(job, () => job.host.storage.digest(path, signal));
  cluster.say(`${shard}: ${check.keys} keys, ${bytes} bytes`);
  return { file, bytes, sha256, slots, node, id: view.self.id, ...check };
}

/** What valkey-check-rdb says of a file; or why it is not good. */
export async function checkFile(
  { waiting, env }: { readonly waiting: Waiting; readonly env: ToolContext['env'] },
  path: string,
  signal: AbortSignal,
): Promise<NonNullable<ReturnType<typeof readCheck>> | string> {
  const {
    exitCode,
    problem,
    output = '',
  } = await waiting.run('valkey-check-rdb', [path], {
    env,
    signal,
    keepsOutput: true,
  });
  const check = exitCode === 0 ? readCheck(output) : null;
  return check ?? `valkey-check-rdb: ${problem || lastLine(output) || `exit code ${exitCode}`}`;
}

function lastLine(output = ''): string {
  return output.trim().split('\n').at(-1) ?? '';
}

/** The modules of all nodes, without those that are built into the server: their path is no path. Refuses VB716. */
async function modulesOf(cluster: Cluster, views: readonly View[]): Promise<readonly BackedUpModule[]> {
  const found = new Map<string, number>();
  for (const view of views) {
    const reply = await askOne(cluster, view, command('MODULE', 'LIST'));
    if (!isList(reply)) throw refuse('VB716', `${view.name}: MODULE LIST: ${problemIn(reply)}`);
    for (const { name, version } of reply.flatMap(readModule)) found.set(name, Math.max(version, found.get(name) ?? 0));
  }
  return [...found].map(([name, version]) => ({ name, version })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function readModule(entry: Reply): BackedUpModule[] {
  const fields = pairsIn(entry);
  const [name, version, path] = [textIn(fields?.get('name')), fields?.get('ver'), textIn(fields?.get('path'))];
  const isBuiltIn = path !== null && !path.includes('/');
  return name === null || typeof version !== 'number' || isBuiltIn ? [] : [{ name, version }];
}

/** Complete backups beyond the number to keep, the oldest first. */
function removeOld(job: Job, keep: number, print: (line: string) => void): void {
  const { host, directory } = job;
  for (const name of backupsAmong(namesIn(job)).slice(keep).reverse()) {
    // First under the name of one that is not finished: half of a backup never has a backup's name.
    const unfinished = `${directory}/${unfinishedName(name)}`;
    onDisk(job, () => host.storage.rename(`${directory}/${name}`, unfinished));
    onDisk(job, () => host.storage.remove(unfinished));
    print(`removed ${name}: ${keep} are kept`);
  }
}

/** Refuses VB774. */
function namesIn({ host, directory, at }: Job): readonly string[] {
  const names = host.listDirectory(directory);
  if ('problem' in names) throw refuse('VB774', `${directory}: ${names.problem}`, { at });
  return names;
}

/** Refuses VB774 where the disk does. */
function onDisk<T>({ at }: Pick<Job, 'at'>, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw diskRefusal(error, at);
  }
}

async function onDiskLater<T>({ at }: Pick<Job, 'at'>, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw diskRefusal(error, at);
  }
}

function diskRefusal(error: unknown, at: Place): Refusal {
  return error instanceof Refusal ? error : refuse('VB774', messageOf(error), { at });
}
