import {
  type BackedUpShard,
  type BackupRecord,
  backupsAmong,
  describeShard,
  RECORD_FILE,
  readRecord,
} from '../../cluster/backup.ts';
import { dataAmong, misfit, nodesConf, type Persistence, placesOf, RESTORED_FILE } from '../../cluster/restore.ts';
import { isSetTo, readConfiguration, settingText } from '../../conf/configuration.ts';
import { grammarOf } from '../../conf/tokenize.ts';
import { refuse } from '../../diagnostics/diagnostic.ts';
import type { Host, Waiting } from '../../host/host.ts';
import { readBundle } from '../../modules/discover.ts';
import { planStart, type StartPlan } from '../../plan.ts';
import { classify } from '../../server/invocation.ts';
import { asBytes, messageOf, printable } from '../../text/bytes.ts';
import { absolute, type Place } from '../../text/place.ts';
import { type Given, numberOf, readOptions, readTargets, type Target, type ToolContext } from '../options.ts';
import { usageOf } from '../pages.ts';
import { checkFile } from './backup.ts';

/**
 * `valkey-bundle cluster restore`: puts one shard of a backup into the data directory of a node that has not started
 * yet, with a nodes.conf by which it has the shard's slots. Nothing happens where that was done before. Refuses VB775
 * to VB778 before anything is changed, VB773 for a damaged file, VB779 where the disk refuses.
 */
export async function restore(context: ToolContext, waiting: Waiting): Promise<number> {
  const { host } = context;
  const { options, command } = readArguments(context.args);
  const needed = (name: string): Given => {
    const given = options.get(name);
    if (given === undefined) throw refuse('VB601', `--${name} is missing`, { hint: usageOf('cluster restore') });
    return given;
  };
  const from = needed('from');
  const directory = absolute(from.text, host.cwd);
  const record = readBackup(host, directory, from.at);
  const server = readServer(context, command);
  const problem = misfit(record, server);
  if (problem !== null) throw refuse('VB777', `${record.name}: ${problem}`, { at: from.at });
  const print = (line: string): void => host.print('stdout', `${printable(line)}\n`);
  const checked = async (shard: BackedUpShard): Promise<void> => {
    const path = `${directory}/${shard.file}`;
    const why = await faultOf(context, waiting, path, shard);
    if (why !== null) throw refuse('VB773', `${record.name}/${describeShard(shard)}: ${why}`, { at: from.at });
    print(`ok   ${describeShard(shard)}: ${shard.keys} keys, ${shard.bytes} bytes`);
  };
  if (options.has('dry-run') && !options.has('index')) {
    for (const shard of record.shards) await checked(shard);
    print(
      `ok: ${directory}: ${record.shards.length} shards, from Valkey ${record.servers[1]}, with ${modulesOf(record)}`,
    );
    return 0;
  }
  const nodes = needed('nodes');
  const targets = readTargets(nodes.text, nodes.at);
  const index = numberOf(needed('index'), 'index', 0, [0, 999]);
  if (targets.length < record.shards.length)
    throw refuse('VB776', `${record.name} has ${record.shards.length} shards, and ${targets.length} nodes are named`, {
      at: nodes.at,
    });
  const shard = record.shards[index];
  if (shard === undefined) {
    print(`nothing to restore: ${record.name} has ${record.shards.length} shards, and this is node ${index}`);
    return 0;
  }
  const { nodesFile } = server;
  if (nodesFile === null)
    throw refuse('VB706', 'the server to restore for is none of a cluster', { hint: COMMAND_HINT });
  const target: DataDirectory = { ...server, nodesFile, host, record, at: from.at };
  if (!requireEmpty(target)) {
    print(`nothing to do: ${server.path} was restored from ${record.name}`);
    return 0;
  }
  await checked(shard);
  if (options.has('dry-run')) {
    print(`${describeShard(shard)} would go to ${server.path}`);
    return 0;
  }
  await fill(target, { source: `${directory}/${shard.file}`, shard, targets, index }, waiting);
  print(`ok: ${describeShard(shard)} of ${record.name} is in ${server.path}`);
  return 0;
}

/** Options of the tool, and behind `--` the command that will start the server. */
function readArguments(args: readonly string[]): {
  readonly options: ReadonlyMap<string, Given>;
  readonly command: readonly string[];
} {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  const kinds = { from: 'value', nodes: 'value', index: 'value', 'dry-run': 'flag' } as const;
  return { options: readOptions(args.slice(0, end), kinds, 'cluster restore', 3), command: args.slice(end + 1) };
}

/** Refuses VB775, and names the backups that are there. */
function readBackup(host: Pick<Host, 'readSmall' | 'listDirectory'>, directory: string, at: Place): BackupRecord {
  const read = host.readSmall(`${directory}/${RECORD_FILE}`);
  const record = 'text' in read ? readRecord(read.text) : read.problem;
  if (typeof record !== 'string') return record;
  const names = host.listDirectory(directory);
  const [newest, ...others] = 'problem' in names ? [] : backupsAmong(names);
  const hint =
    newest === undefined
      ? {}
      : { hint: `Name one of the backups in it: ${[newest, ...others.slice(0, 9)].join(', ')}.` };
  throw refuse('VB775', `${directory}/${RECORD_FILE}: ${record}`, { at, ...hint });
}

/** The server that will start on the data directory. */
interface Server {
  readonly path: string;
  /** Null without cluster mode. */
  readonly nodesFile: string | null;
  readonly persistence: Persistence;
  readonly server: string;
  /** By the names of MODULE LIST. */
  readonly modules: readonly (string | null)[];
  readonly user: StartPlan['user'];
}

const COMMAND_HINT = 'Write the command that starts the server behind `--`: -- valkey-server /etc/valkey/valkey.conf';

/** Refuses VB601 for a command that starts no server, and what a start refuses. */
function readServer({ host, build, env }: ToolContext, command: readonly string[]): Server {
  const invocation = classify(command);
  if (invocation.kind !== 'server')
    throw refuse('VB601', 'what stands behind -- starts no server', { hint: COMMAND_HINT });
  const readStdin = () => asBytes('');
  const plan = planStart(host, {
    invocation,
    env,
    manifests: build.manifests,
    lookOnly: true,
    skipDirectories: 0,
    readStdin,
  });
  const { bundle } = readBundle(host);
  const { settings } = readConfiguration(host, invocation.args, env, grammarOf(bundle.valkey), readStdin);
  // The defaults are the server's own (config.c).
  const nameOf = (directive: string, fallback: string): string => settingText(settings, directive) || fallback;
  return {
    path: plan.dataDirectory,
    nodesFile: plan.cluster?.nodesFile ?? null,
    persistence: {
      appendonly: isSetTo(settings, 'appendonly', 'yes'),
      dbfilename: nameOf('dbfilename', 'dump.rdb'),
      appenddirname: nameOf('appenddirname', 'appendonlydir'),
      appendfilename: nameOf('appendfilename', 'appendonly.aof'),
    },
    server: bundle.valkey,
    modules: plan.loads.map(({ module }) => module.manifest?.loadName ?? null),
    user: plan.user,
  };
}

function modulesOf({ modules }: BackupRecord): string {
  return modules.length === 0 ? 'no modules' : modules.map(({ name }) => name).join(', ');
}

/** Why a file is not the one that was backed up; null if it is. */
async function faultOf(
  { host, env }: ToolContext,
  waiting: Waiting,
  path: string,
  shard: BackedUpShard,
): Promise<string | null> {
  if (host.inspect(path).kind !== 'file') return 'the file is missing, or cannot be read';
  const { bytes, sha256 } = await host.storage.digest(path, waiting.stopped);
  if (bytes !== shard.bytes) return `it has ${bytes} bytes, and had ${shard.bytes}`;
  if (sha256 !== shard.sha256) return 'its digest is another one';
  const check = await checkFile({ waiting, env }, path, waiting.stopped);
  return typeof check === 'string' ? check : null;
}

interface DataDirectory extends Server {
  readonly nodesFile: string;
  readonly host: Host;
  readonly record: BackupRecord;
  readonly at: Place;
}

/** False if it was restored from this backup already. Refuses VB778 for any other data, VB779 for no directory. */
function requireEmpty({ host, path, nodesFile, persistence, record, at }: DataDirectory): boolean {
  const names = host.listDirectory(path);
  if ('problem' in names) throw refuse('VB779', `${path}: ${names.problem}`, { at });
  const marker = host.readSmall(`${path}/${RESTORED_FILE}`);
  const isOurs = 'text' in marker && marker.text.trim() === record.name;
  // Its directive may lead below the data directory, or out of it: the listing alone does not say.
  const isNode = host.inspect(nodesFile).kind !== 'missing';
  if (isOurs) return !isNode;
  const inside = nodesFile.startsWith(`${path}/`) ? nodesFile.slice(path.length + 1) : nodesFile;
  const data = [...(isNode ? [inside] : []), ...dataAmong(names, persistence)];
  if (data.length === 0) return true;
  throw refuse('VB778', `the server of ${path} has ${data.join(', ')}, not from ${record.name}`, { at });
}

interface Content {
  readonly source: string;
  readonly shard: BackedUpShard;
  readonly targets: readonly Target[];
  readonly index: number;
}

/** A run that was ended begins anew: the marker comes first, nodes.conf last. */
async function fill(
  { host, path, nodesFile, persistence, record, user, at }: DataDirectory,
  { source, shard, targets, index }: Content,
  { stopped }: Waiting,
): Promise<void> {
  const { storage } = host;
  const { directory, file, manifest } = placesOf(persistence);
  const fresh = `${path}/.restoring`;
  try {
    storage.write(`${path}/${RESTORED_FILE}`, `${record.name}\n`);
    storage.remove(fresh);
    storage.makeDirectory(fresh);
    const { sha256 } = await storage.copy(source, `${fresh}/${file}`, stopped);
    if (sha256 !== shard.sha256) throw refuse('VB773', `${describeShard(shard)}: it was read differently now`, { at });
    if (manifest !== null) storage.write(`${fresh}/${manifest.file}`, manifest.text);
    storage.remove(`${path}/${directory ?? file}`);
    if (directory === null) storage.rename(`${fresh}/${file}`, `${path}/${file}`);
    else storage.rename(fresh, `${path}/${directory}`);
    storage.remove(fresh);
    storage.write(`${nodesFile}.restoring`, nodesConf(record.shards, targets, index));
    storage.rename(`${nodesFile}.restoring`, nodesFile);
    if (host.identity.uid === 0) host.own(path, user.to);
  } catch (error) {
    stopped.throwIfAborted();
    if (error instanceof Error && error.name === 'Refusal') throw error;
    throw refuse('VB779', messageOf(error), { at });
  }
}
