import { isPrimary, ownedTwice, ownership, showSlots, uncovered } from './nodes.ts';
import { claimsOf, nameOf, type View } from './view.ts';

/** The file by which a directory is a backup: it is written last. */
export const RECORD_FILE = 'backup.json';

/** A backup, as RECORD_FILE has it: version 1. Fields may be added. */
export interface BackupRecord {
  readonly version: 1;
  /** The name of its directory: when it was begun. */
  readonly name: string;
  /** The lowest version among the nodes' servers, and the highest. */
  readonly servers: readonly [oldest: string, newest: string];
  /** MODULE LIST of all nodes, without what is built into the server. */
  readonly modules: readonly BackedUpModule[];
  /** In the order of their first slots. */
  readonly shards: readonly BackedUpShard[];
}

export interface BackedUpModule {
  readonly name: string;
  /** The number that MODULE LIST gives; the highest among the nodes. */
  readonly version: number;
}

export interface BackedUpShard {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Ranges, as CLUSTER NODES writes them. */
  readonly slots: string;
  /** The primary that it was taken from. */
  readonly node: string;
  readonly id: string;
  /** Keys in the file, in all databases. */
  readonly keys: number;
  /** Its place in the stream of replication; null where the file does not have it. */
  readonly offset: number | null;
}

/**
 * The primaries to take a backup of, in the order of their first slots; or why there can be none now: a shard is away,
 * or slots are on their way from one to another.
 */
export function shardsOf(views: readonly View[], silent: readonly string[]): readonly View[] | string {
  const rows = claimsOf(views);
  const away = rows.filter((row) => row.slots.length > 0 && !views.some(({ self }) => self.id === row.id));
  if (away.length > 0) {
    const names = away.map(({ id }) => nameOf(id, views)).join(', ');
    return `${names} does not answer${silent.length > 0 ? ` (${silent.join('; ')})` : ''}`;
  }
  const missing = uncovered(rows);
  if (missing.length > 0) return `nobody owns the slots ${showSlots(missing)}`;
  const twice = ownedTwice(rows);
  if (twice.length > 0) return `two nodes own the slots ${showSlots(twice)}`;
  const moving = views.find(({ self }) => self.open.length > 0);
  if (moving !== undefined) return `${moving.name}: slot ${moving.self.open[0]?.slot} is on its way`;
  return views
    .filter(({ self }) => isPrimary(self) && self.slots.length > 0)
    .sort((a, b) => (a.self.slots[0]?.[0] ?? 0) - (b.self.slots[0]?.[0] ?? 0));
}

/** True if the same nodes own the same slots: else a key may be in the files of two shards, or of none. */
export function haveStayed(before: readonly View[], after: readonly View[]): boolean {
  const owners = (views: readonly View[]): string => ownership(views.map(({ self }) => self));
  const processes = (views: readonly View[]): string => views.map(({ self, runId }) => `${self.id} ${runId}`).join();
  return owners(before) === owners(after) && processes(before) === processes(after);
}

/** A name that sorts as the time does: `20261129T145512Z` of `2026-11-29T14:55:12.345Z`. */
export function backupName(time: string): string {
  return time.replace(/\.\d+|[-:]/g, '');
}

const NAME = /^\d{8}T\d{6}Z$/;
/** A backup that is being made has this in front of its name, and is no backup yet. */
const UNFINISHED = '.unfinished-';

export function unfinishedName(name: string): string {
  return `${UNFINISHED}${name}`;
}

/** What a run that was killed has left. */
export function unfinishedAmong(names: readonly string[]): readonly string[] {
  return names.filter((name) => name.startsWith(UNFINISHED) && NAME.test(name.slice(UNFINISHED.length)));
}

/** Names that backups have, the newest first. */
export function backupsAmong(names: readonly string[]): readonly string[] {
  return names.filter((name) => NAME.test(name)).sort((a, b) => (a < b ? 1 : -1));
}

/** Reads RECORD_FILE; or says what is wrong with it. */
export function readRecord(text: string): BackupRecord | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'it is not JSON';
  }
  return isRecord(value) ? value : 'its shape is not that of version 1';
}

function isRecord(value: unknown): value is BackupRecord {
  if (!isObject(value) || value['version'] !== 1 || typeof value['name'] !== 'string') return false;
  const { servers, modules, shards } = value;
  const areStrings = Array.isArray(servers) && servers.length === 2 && servers.every((one) => typeof one === 'string');
  return areStrings && isListOf(modules, isModule) && isListOf(shards, isShard) && shards.length > 0;
}

function isModule(value: unknown): value is BackedUpModule {
  return isObject(value) && typeof value['name'] === 'string' && Number.isInteger(value['version']);
}

/** The name of the file becomes part of a path. */
function isShard(value: unknown): value is BackedUpShard {
  if (!isObject(value)) return false;
  const { file, bytes, sha256, slots, keys } = value;
  const areNumbers = Number.isInteger(bytes) && Number.isInteger(keys);
  const isFile = typeof file === 'string' && /^shard-\d+\.rdb$/.test(file);
  return isFile && areNumbers && typeof sha256 === 'string' && typeof slots === 'string' && SLOTS_TEXT.test(slots);
}

const SLOTS_TEXT = /^\d{1,5}(-\d{1,5})?( \d{1,5}(-\d{1,5})?)*$/;

function isListOf<T>(value: unknown, isOne: (item: unknown) => item is T): value is readonly T[] {
  return Array.isArray(value) && value.every(isOne);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** What valkey-check-rdb says of a file: keys, and the place in the stream. Null where it does not say that it is good. */
export function readCheck(output: string): { readonly keys: number; readonly offset: number | null } | null {
  const keys = /^\[info\] (\d+) keys read$/m.exec(output)?.[1];
  if (keys === undefined || !output.includes('RDB looks OK!')) return null;
  const offset = /AUX FIELD repl-offset = '(\d+)'/.exec(output)?.[1];
  return { keys: Number(keys), offset: offset === undefined ? null : Number(offset) };
}

/** `shard-0.rdb (n0:6379, slots 0-5460)`: for messages. */
export function describeShard({ file, node, slots }: Pick<BackedUpShard, 'file' | 'node' | 'slots'>): string {
  return `${file} (${node}, slots ${slots})`;
}
