import { heardBy } from './hearing.ts';
import { isHandshake, type NodeRow, readNodes } from './nodes.ts';
import { endpoint } from './targets.ts';

/** A node's answers: what it is, and how it sees the cluster. */
export interface View {
  /** As people named it, or as the cluster does. */
  readonly name: string;
  /** Where it was reached. */
  readonly ip: string;
  readonly port: number;
  readonly self: NodeRow;
  /** Every node that it knows, itself among them; none that it only begins to know. */
  readonly rows: readonly NodeRow[];
  /** The ids of those that it hears, its own among them. */
  readonly heard: ReadonlySet<string>;
  /** Whether it is only beginning to know some. */
  readonly greeting: boolean;
  /** cluster_state. */
  readonly state: string;
  readonly epoch: number;
  /** Keys in all its databases. */
  readonly keys: number;
  readonly version: string;
}

/** What a node's answer came to. Of the troubles, some may pass with time. */
export type Reading = { readonly kind: 'view'; readonly view: View } | Trouble;

export interface Trouble {
  readonly kind: 'trouble';
  readonly what: 'address' | 'connection' | 'loading' | 'password' | 'cluster mode' | 'answer';
  readonly why: string;
}

/** What to send to a node: the answer tells every trouble apart, and the second half is one moment of the node. */
export const VIEW_COMMANDS: readonly string[] = [
  'INFO',
  'MULTI',
  'CLUSTER NODES',
  'CLUSTER INFO',
  'CLUSTER LINKS',
  'EXEC',
];

/** The view behind the answers to VIEW_COMMANDS. */
export function readView(
  at: { readonly name: string; readonly ip: string; readonly port: number },
  out: string,
): Reading {
  const info = fieldsOf(out);
  if (info.get('redis_mode') === 'standalone' || info.get('cluster_enabled') === '0')
    return { kind: 'trouble', what: 'cluster mode', why: 'it runs without cluster-enabled' };
  if (info.get('loading') === '1') return { kind: 'trouble', what: 'loading', why: 'it is loading its data' };
  const replies = lastArray(out);
  const [nodes, clusterInfo, links] = replies ?? [];
  const all = typeof nodes === 'string' ? readNodes(nodes) : null;
  const self = all?.find(({ flags }) => flags.includes('myself'));
  const heard = heardBy(all ?? [], links);
  if (all === null || self === undefined || typeof clusterInfo !== 'string' || heard === null)
    return {
      kind: 'trouble',
      what: 'answer',
      why: firstError(out) ?? 'it does not answer as a node of a cluster would',
    };
  const cluster = fieldsOf(clusterInfo);
  return {
    kind: 'view',
    view: {
      ...at,
      self,
      rows: all.filter((row) => !isHandshake(row)),
      heard,
      greeting: all.some(isHandshake),
      state: cluster.get('cluster_state') ?? '',
      epoch: Number(cluster.get('cluster_current_epoch') ?? 0),
      keys: countKeys(info),
      version: info.get('valkey_version') ?? info.get('redis_version') ?? '',
    },
  };
}

/** What valkey-cli says when it does not get as far as an answer, or null. */
export function troubleOf(ended: {
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}): Trouble | null {
  const { stdout, stderr, timedOut } = ended;
  const connection = /Could not connect to .*?: ([^\n]*)/.exec(stderr)?.[1];
  if (connection !== undefined) return { kind: 'trouble', what: 'connection', why: connection.toLowerCase() };
  const failed = /AUTH failed: ([^\n]*)/.exec(stderr)?.[1];
  if (failed !== undefined) return { kind: 'trouble', what: 'password', why: failed };
  const denied = /^(?:error:")?((?:NOAUTH|WRONGPASS|NOPERM)[^"\n]*)/m.exec(stdout)?.[1];
  if (denied !== undefined) return { kind: 'trouble', what: 'password', why: denied };
  if (timedOut) return { kind: 'trouble', what: 'connection', why: 'no answer in time' };
  const loading = /^(?:error:")?(LOADING[^"\n]*)/m.exec(stdout)?.[1];
  if (loading !== undefined) return { kind: 'trouble', what: 'loading', why: loading };
  return stdout === '' && stderr !== '' ? { kind: 'trouble', what: 'connection', why: stderr.trim() } : null;
}

/** `name:value` lines. */
function fieldsOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const colon = line.indexOf(':');
      return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1).trim()] as const];
    }),
  );
}

/** The last line that is an array in JSON: the reply to EXEC, or to the last of several commands. */
export function lastArray(out: string): readonly unknown[] | null {
  const line = out
    .split('\n')
    .filter((text) => text.startsWith('['))
    .at(-1);
  try {
    const value: unknown = JSON.parse(line ?? '');
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** The first error among replies that valkey-cli --json printed. */
export function firstError(out: string): string | null {
  return /error:"((?:[^"\\]|\\.)*)"/.exec(out)?.[1] ?? null;
}

function countKeys(info: ReadonlyMap<string, string>): number {
  return [...info]
    .filter(([name]) => /^db\d+$/.test(name))
    .reduce((total, [, value]) => total + Number(/keys=(\d+)/.exec(value)?.[1] ?? 0), 0);
}

/** Address for `valkey-cli --cluster`: without brackets, with the bus port where it is not the usual one. */
export function clusterAddress({ ip, port, self }: View): string {
  return self.busPort === port + 10_000 ? `${ip}:${port}` : `${ip}:${port}@${self.busPort}`;
}

/**
 * One row a node, with the slots that it claims itself where it was asked: that a node gave a slot up does not reach the others, until
 * somebody else claims it.
 */
export function claimsOf(views: readonly View[]): readonly NodeRow[] {
  const asked = views.map(({ self }) => self);
  const others = (views[0]?.rows ?? []).filter((row) => !asked.some(({ id }) => id === row.id));
  return [...asked, ...others];
}

/** A name for any node: as it was given, by its host name, or by its address. */
export function nameOf(id: string, views: readonly View[]): string {
  const view = views.find(({ self }) => self.id === id);
  if (view !== undefined) return view.name;
  const row = views.flatMap(({ rows }) => rows).find((one) => one.id === id);
  if (row === undefined) return id.slice(0, 8);
  return row.hostname === '' ? endpoint(row.ip || id.slice(0, 8), row.port) : endpoint(row.hostname, row.port);
}
