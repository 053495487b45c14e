import { sha256 } from '../host/host.ts';
import { bytesOf } from '../text/bytes.ts';
import { isOlder, versionLine } from '../text/names.ts';
import type { BackedUpShard, BackupRecord } from './backup.ts';
import { isHostName } from './nodes.ts';

/** Says which backup a data directory was restored from. It is written first, nodes.conf last. */
export const RESTORED_FILE = 'restored-from';

/** A node of the cluster that is restored, as the command line names it. */
interface RestoredNode {
  readonly host: string;
  readonly port: number;
}

/**
 * Why this image cannot take the backup; null if it can. `modules` are those that its server would load, by the names
 * of MODULE LIST, null for each whose name is not known.
 */
export function misfit(
  { servers, modules }: BackupRecord,
  image: { readonly server: string; readonly modules: readonly (string | null)[] },
): string | null {
  const [, newest] = servers;
  const [theirs, ours] = [versionLine(newest), versionLine(image.server)];
  // The form of an RDB file belongs to a line (rdb.h, RDB_VERSION).
  if (theirs !== null && ours !== null && isOlder(ours, theirs))
    return `it was taken from Valkey ${newest}, and this server is ${image.server}`;
  const missing = modules.filter(({ name }) => !image.modules.includes(name));
  // A module without a manifest may be any of them.
  const unknown = image.modules.filter((name) => name === null).length;
  if (missing.length <= unknown) return null;
  return `it was taken with ${missing.map(({ name }) => name).join(', ')}, which would not be loaded here`;
}

/** How a server keeps its data: its directives, or their defaults. */
export interface Persistence {
  readonly appendonly: boolean;
  readonly dbfilename: string;
  readonly appenddirname: string;
  readonly appendfilename: string;
}

/**
 * Where a data directory has keys, by the names in it. `restored-from` alone is none; nodes.conf may be elsewhere, and is
 * for the caller to ask for.
 */
export function dataAmong(names: readonly string[], persistence: Persistence): readonly string[] {
  const { dbfilename, appenddirname, appendfilename } = persistence;
  return names.filter((name) => [dbfilename, appenddirname, appendfilename].includes(name));
}

/**
 * Where the file of a shard goes. With `appendonly yes` a server reads the append-only directory alone, and starts
 * empty where there is none, whatever dump.rdb holds (server.c, loadDataFromDisk). So the file becomes the base of a
 * new append-only directory, which the manifest beside it names (aof.c, aofLoadManifestFromFile).
 */
export function placesOf({ appendonly, dbfilename, appenddirname, appendfilename }: Persistence): {
  readonly directory: string | null;
  readonly file: string;
  readonly manifest: { readonly file: string; readonly text: string } | null;
} {
  if (!appendonly) return { directory: null, file: dbfilename, manifest: null };
  const base = `${appendfilename}.1.base.rdb`;
  const text = `file ${base} seq 1 type b\n`;
  return { directory: appenddirname, file: base, manifest: { file: `${appendfilename}.manifest`, text } };
}

/**
 * nodes.conf of one node of the cluster that is restored: each shard's node with its slots, itself among them. Every
 * node makes the same ids from the same names. Addresses are not known yet: the start looks the names up (heal.ts).
 */
export function nodesConf(shards: readonly BackedUpShard[], nodes: readonly RestoredNode[], own: number): string {
  const seed = `${shards.map(({ sha256: digest }) => digest).join()} ${nodes.map(({ host, port }) => `${host}:${port}`).join()}`;
  const lines = shards.map(({ slots }, index) => {
    const { host = '', port = 0 } = nodes[index] ?? {};
    const id = sha256(bytesOf(`${seed} ${index}`)).slice(0, 40);
    const bus = port + 10_000;
    // No address may be announced for itself here, nor a host name: what it announces is for its configuration to say.
    if (index === own) return `${id} :0@0 myself,master - 0 0 ${index + 1} connected ${slots}`;
    return isHostName(host) && !/^[\d.]+$/.test(host)
      ? `${id} :${port}@${bus},${host} master,noaddr - 0 0 ${index + 1} disconnected ${slots}`
      : `${id} ${host}:${port}@${bus} master - 0 0 ${index + 1} disconnected ${slots}`;
  });
  return `${lines.join('\n')}\nvars currentEpoch ${shards.length} lastVoteEpoch 0\n`;
}
