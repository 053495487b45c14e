import { type Answer, type Command, isError, type Reply } from '../host/host.ts';
import { bytesOf, textOf } from '../text/bytes.ts';
import { endpoint, isHandshake, type NodeRow, readNodes } from './nodes.ts';

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
  /** True if it is only beginning to know some nodes. */
  readonly greeting: boolean;
  /** cluster_state. */
  readonly state: string;
  readonly epoch: number;
  /** Keys in all its databases. */
  readonly keys: number;
  readonly version: string;
  /** That of the process: INFO's run_id. */
  readonly runId: string;
  /** What a loss takes at once: the `availability-zone` that it was given, or else its address. */
  readonly machine: string;
  /** True for a replica that has not got all of its primary's data, or lost the connection to it. */
  readonly isBehind: boolean;
}

/** The result of asking a node. Some troubles pass with time. */
export type Sighting = { readonly kind: 'view'; readonly view: View } | Trouble;

export interface Trouble {
  readonly kind: 'trouble';
  readonly what: 'address' | 'connection' | 'loading' | 'password' | 'TLS' | 'cluster mode' | 'answer';
  readonly why: string;
}

/**
 * The commands to send to a node. The answer tells every trouble apart; its second half shows one moment of the node.
 */
export const VIEW_COMMANDS: readonly Command[] = [
  command('INFO'),
  command('MULTI'),
  command('CLUSTER', 'NODES'),
  command('CLUSTER', 'INFO'),
  command('CLUSTER', 'LINKS'),
  command('EXEC'),
];

/** The view behind the answers to VIEW_COMMANDS. */
export function readView(
  at: { readonly name: string; readonly ip: string; readonly port: number },
  answer: Answer,
): Sighting {
  if (answer.kind === 'failed') return troubleOf(answer);
  const [first, ...others] = answer.replies;
  if (isError(first)) return troubleSaid(first.message, 'INFO: ');
  const info = fieldsOf(textIn(first) ?? '');
  if (info.get('redis_mode') === 'standalone' || info.get('cluster_enabled') === '0')
    return { kind: 'trouble', what: 'cluster mode', why: 'it runs without cluster-enabled' };
  if (info.get('loading') === '1') return { kind: 'trouble', what: 'loading', why: 'it is loading its data' };
  const error = errorIn(others);
  if (error !== null) return troubleSaid(error);
  const replies = others.at(-1);
  const [nodes, clusterInfo, links] = isList(replies) ? replies : [];
  const all = readNodes(textIn(nodes) ?? '');
  const self = all?.find(({ flags }) => flags.includes('myself'));
  const heard = heardBy(all ?? [], links);
  const cluster = fieldsOf(textIn(clusterInfo) ?? '');
  const [state, epoch] = [cluster.get('cluster_state'), cluster.get('cluster_current_epoch')];
  const isNode = info.get('cluster_enabled') === '1';
  if (!isNode || all === null || self === undefined || heard === null || state === undefined || epoch === undefined)
    return { kind: 'trouble', what: 'answer', why: 'it does not answer as a node of a cluster would' };
  return {
    kind: 'view',
    view: {
      ...at,
      self,
      rows: all.filter((row) => !isHandshake(row)),
      heard,
      greeting: all.some(isHandshake),
      state,
      epoch: Number(epoch),
      keys: countKeys(info),
      version: info.get('valkey_version') ?? info.get('redis_version') ?? '',
      runId: info.get('run_id') ?? '',
      machine: info.get('availability_zone') || at.ip,
      isBehind: info.get('role') === 'slave' && info.get('master_link_status') !== 'up',
    },
  };
}

/** The trouble of a node that gave no replies. */
function troubleOf({ what, why }: Answer & { readonly kind: 'failed' }): Trouble {
  switch (what) {
    case 'connection':
      return { kind: 'trouble', what: 'connection', why };
    case 'tls':
      return { kind: 'trouble', what: 'TLS', why };
    case 'protocol':
      return { kind: 'trouble', what: 'answer', why };
    case 'refused':
      return troubleSaid(why);
  }
}

/** The trouble behind an error of the server. A missing right is not a matter of the password. */
function troubleSaid(message: string, before = ''): Trouble {
  const what = /^(?:LOADING|BUSY|MASTERDOWN)\b/.test(message)
    ? 'loading'
    : /max number of clients/.test(message)
      ? 'connection'
      : /^(?:NOAUTH|WRONGPASS|ERR .*\bAUTH\b)/i.test(message)
        ? 'password'
        : 'answer';
  return { kind: 'trouble', what, why: what === 'answer' ? `${before}${message}` : message };
}

/** `name:value` lines. */
export function fieldsOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const colon = line.indexOf(':');
      return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1).trim()] as const];
    }),
  );
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
 * One row a node, with the slots that it claims itself where it was asked: that a node gave a slot up does not reach
 * the others, until somebody else claims it.
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

/**
 * The ids of the nodes that a node hears, itself among them: the link that it keeps to each of them now has brought an
 * answer. What CLUSTER NODES says proves less. `connected` is a link whose connection has only been begun, too
 * (clusterNodeCronHandleReconnect); `fail?` comes a node timeout after a question without an answer; and a node that
 * starts takes the time of its start for that of the last answer (clusterLoadConfig). So for a while after a start each
 * node says that all is well, though nobody is where it looks for the others.
 *
 * An answer later than the link came over it, since only a PONG over the own link counts as one (clusterProcessPacket).
 * So did one where no question is open on a link that is read: the first question is asked when reading begins
 * (clusterLinkConnectHandler).
 *
 * @param links The reply to CLUSTER LINKS. The result is null if it is not a list.
 */
export function heardBy(rows: readonly NodeRow[], links: Reply | undefined): ReadonlySet<string> | null {
  if (!isList(links)) return null;
  const own = new Map(
    links.flatMap((one) => {
      const link = pairsIn(one);
      return link !== null && textIn(link.get('direction')) === 'to' ? [[textIn(link.get('node')), link] as const] : [];
    }),
  );
  const heard = rows.filter(({ id, flags, pingSent, pongReceived }) => {
    if (flags.includes('myself')) return true;
    const link = own.get(id);
    if (link === undefined) return false;
    const isRead = textIn(link.get('events'))?.includes('r') === true;
    return isRead && (pingSent === 0 || pongReceived > Number(link.get('create-time')));
  });
  return new Set(heard.map(({ id }) => id));
}

/**
 * True if two answers with one node id come from two servers, as a cloned volume makes them. `run_id` is that of one
 * process (server.c, initServerConfig): at one address it changes with a restart, so only another address makes it
 * another server.
 */
export function areClones(one: View, other: View): boolean {
  const isElsewhere = one.ip !== other.ip || one.port !== other.port;
  return one.self.id === other.self.id && one.runId !== other.runId && isElsewhere;
}

/** The servers among these that share an id with one before them. */
export function clonesAmong(views: readonly View[]): string[] {
  return views.flatMap((view, index) => {
    const first = views.slice(0, index).find((other) => areClones(other, view));
    return first === undefined ? [] : [`two servers, one id: ${placeOf(first)} and ${placeOf(view)}`];
  });
}

/** The addresses at which members look for nodes that were reached elsewhere. */
export function otherAddresses(
  views: readonly View[],
): { readonly name: string; readonly ip: string; readonly port: number }[] {
  const found = new Map<string, { readonly name: string; readonly ip: string; readonly port: number }>();
  for (const { id, ip, port } of views.flatMap(({ rows }) => rows)) {
    const reached = views.filter(({ self }) => self.id === id);
    const isNew = ip !== '' && reached.length > 0 && !reached.some((view) => view.ip === ip && view.port === port);
    const name = endpoint(ip, port);
    if (isNew) found.set(name, { name, ip, port });
  }
  return [...found.values()];
}

/** Its name, and the address behind it. */
function placeOf({ name, ip, port }: View): string {
  const address = endpoint(ip, port);
  return name === address ? name : `${name} (${address})`;
}

/** A command from words of text. Words that are bytes already are appended to it. */
export function command(...words: readonly string[]): Command {
  return words.map(bytesOf);
}

/** The text of a reply; null for anything else. */
export function textIn(reply: Reply | undefined): string | null {
  return typeof reply === 'string' ? textOf(reply) : null;
}

export function isList(reply: Reply | undefined): reply is readonly Reply[] {
  return Array.isArray(reply);
}

/** The fault of a reply that should be a text, a list or a number: the server's own error, or its shape. */
export function problemIn(reply: Reply | undefined): string {
  return isError(reply) ? reply.message : 'an answer of another shape';
}

/** The first error among replies, and within them: a transaction's stands in its list. */
export function errorIn(replies: readonly Reply[]): string | null {
  for (const reply of replies) {
    const error = isError(reply) ? reply.message : isList(reply) ? errorIn(reply) : null;
    if (error !== null) return error;
  }
  return null;
}

/** A flat list of names and values, as RESP2 gives it; null for anything else. */
export function pairsIn(reply: Reply | undefined): ReadonlyMap<string, Reply> | null {
  if (!isList(reply) || reply.length % 2 !== 0) return null;
  const pairs = new Map<string, Reply>();
  for (let index = 0; index < reply.length; index += 2) {
    const [name, value] = [textIn(reply[index]), reply[index + 1]];
    if (name === null || value === undefined) return null;
    pairs.set(name, value);
  }
  return pairs;
}
