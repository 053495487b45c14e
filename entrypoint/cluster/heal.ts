import { type Diagnostic, diagnose } from '../diagnostics/diagnostic.ts';
import type { Host } from '../host/host.ts';
import type { ClusterFiles, StartPlan } from '../plan.ts';
import { asBytes, type Bytes, messageOf, printable, textOf } from '../text/bytes.ts';
import { endpoint, isHostName, isNodeId, readAddress } from './nodes.ts';

/**
 * How long names are asked for; and on from there, where this node has moved and finds no other one: CoreDNS lets
 * answers be kept for 5 s unless its configuration says more (plugin/kubernetes, ttl). The most that a start is held
 * up.
 */
const RESOLVE_MS = 2000;
const CONFIRM_MS = 12_000;

/**
 * Refreshes stale addresses of other nodes in nodes.conf, so that a cluster whose nodes all got new addresses finds
 * itself again. Only for a server in cluster mode that runs on this file alone, whatever the number of its process, and
 * never a reason not to start: VB751 says what changed, VB752, VB753 and VB756 why nothing did, VB755 that no other
 * node was found.
 */
export function heal(host: Host, plan: StartPlan, debug: (text: string) => void): Diagnostic[] {
  if (plan.cluster === null) return [];
  const path = plan.cluster.nodesFile;
  const at = { kind: 'directory', path } as const;
  try {
    const read = host.readConf(path);
    // The first start of a node: the server has yet to make it, or has made it empty for its lock.
    if (read.kind === 'missing' || (read.kind === 'text' && read.text === '')) return [];
    if (read.kind !== 'text')
      return [diagnose('VB752', `it cannot be read: ${'why' in read ? read.why : read.kind}`, { at })];
    const nodes = readNodesConf(read.text);
    if ('damaged' in nodes) return [diagnose('VB752', `line ${nodes.damaged} is not a line of a nodes.conf`, { at })];
    if (nodes.peers.length === 0) return [];
    const isHere = isOwnAddress(host, plan.cluster, nodes.own);
    // A node that is where the others expect it is found by them.
    const limits = { resolveMs: RESOLVE_MS, confirmMs: isHere ? 0 : CONFIRM_MS };
    const found = host.resolve(nodes.peers, limits);
    const unsure = found.isSure ? [] : [diagnose('VB755', 'nodes.conf may have stale addresses', { at })];
    const forgetOwn = !isHere && plan.cluster.announcedIp === null;
    const refreshed = refreshNodes(read.text, nodes, (name) => found.addresses.get(name) ?? [], forgetOwn);
    for (const { host: name, why } of refreshed.kept) debug(`${path}: ${name} stays as it is: ${why}\n`);
    if (refreshed.text === null) {
      debug(`${path}: no address of another node is stale\n`);
      return unsure;
    }
    const twin = runningTwin(host, plan.cluster, nodes.own, isHere);
    if (twin?.says === null) return [diagnose('VB753', `a server with this node's id answers at ${twin.at}`, { at })];
    if (twin !== null) return [diagnose('VB756', `${twin.at}: ${printable(twin.says)}`, { at })];
    switch (host.replaceLocked(path, read.text, refreshed.text, `${path}.before-refresh`)) {
      case 'locked':
        return [diagnose('VB753', 'another process holds its lock', { at })];
      case 'changed':
        return [diagnose('VB753', 'another process has just written it', { at })];
      case 'done': {
        const changes = refreshed.changes.map(
          (change) => `${change.host} ${change.from || '(none)'} -> ${change.to || '(as others see it)'}`,
        );
        return [diagnose('VB751', changes.join(', '), { at }), ...unsure];
      }
    }
  } catch (error) {
    return [diagnose('VB752', messageOf(error), { at })];
  }
}

/** True if this node still is where its file says: at the address that it announces, or at one of its interfaces. */
function isOwnAddress(host: Host, { announcedIp }: ClusterFiles, { ip }: NodesConf['own']): boolean {
  if (announcedIp !== null) return ip === announcedIp;
  return /^127\.|^::1$/.test(ip) || host.network().addresses.includes(ip.toLowerCase());
}

/** The result of a refresh of nodes.conf. Its text is null if nothing changes. */
interface Refreshed {
  readonly text: Bytes | null;
  readonly changes: readonly Change[];
  readonly kept: readonly Kept[];
}

interface Change {
  /** The host name, or `this node`. */
  readonly host: string;
  readonly from: string;
  /** Empty where the server has to learn it. */
  readonly to: string;
}

/** An entry with a host name whose address could not be checked. */
interface Kept {
  readonly host: string;
  readonly why: string;
}

interface Edit extends Span {
  readonly text: string;
}

type Peer = NodesConf['peers'][number];

/**
 * nodes.conf with the addresses of other nodes as their host names have them now; every other byte as it was. An entry
 * stays whose name does not lead to exactly one address, or is that of two nodes. `forgetOwn` takes the address out of
 * the own entry, and nothing else: a server without one learns it from the first node that greets it (cluster_legacy.c,
 * clusterProcessPacket).
 */
export function refreshNodes(
  text: Bytes,
  { own, peers }: NodesConf,
  resolve: (host: string) => readonly string[],
  forgetOwn = false,
): Refreshed {
  const changes: Change[] = [];
  const kept: Kept[] = [];
  const edits: Edit[] = [];
  for (const peer of peers) {
    const isShared = peers.some(
      (other) => other !== peer && other.host === peer.host && other.clientPort === peer.clientPort,
    );
    const found = isShared ? { why: 'two nodes announce it' } : addressNow(peer, resolve(peer.host));
    if ('why' in found) kept.push({ host: peer.host, why: found.why });
    else if (found.ip !== peer.ip) {
      changes.push({ host: peer.host, from: peer.ip, to: found.ip });
      edits.push(...editsOf(peer, found.ip));
    }
  }
  if (forgetOwn && own.ip !== '') {
    changes.push({ host: 'this node', from: own.ip, to: '' });
    edits.push({ ...own.endpoint, text: endpointOf('', own) });
  }
  return { text: edits.length > 0 ? applied(text, edits) : null, changes, kept };
}

/**
 * `ip` itself if the name still leads there; else the only address that the name leads to, of the same family if there
 * is one.
 */
function addressNow({ ip }: Peer, found: readonly string[]): { ip: string } | { why: string } {
  if (found.length === 0) return { why: 'it does not resolve' };
  if (found.includes(ip.toLowerCase())) return { ip };
  const family = found.filter((address) => address.includes(':') === ip.includes(':'));
  const [first, ...others] = family.length > 0 && ip !== '' ? family : found;
  if (first === undefined || others.length > 0) return { why: `it leads to ${found.length} addresses` };
  return { ip: first };
}

/** A node with the flag `noaddr` is never greeted (cluster_legacy.c, clusterNodeCronHandleReconnect). */
function editsOf(peer: Peer, ip: string): Edit[] {
  const endpoint = { ...peer.endpoint, text: endpointOf(ip, peer) };
  if (!peer.flags.includes('noaddr')) return [endpoint];
  const flags = peer.flags.filter((flag) => flag !== 'noaddr');
  return [endpoint, { ...peer.flagsAt, text: flags.length > 0 ? flags.join() : 'noflags' }];
}

function endpointOf(ip: string, { port, busPort }: Pick<Peer, 'port' | 'busPort'>): string {
  return `${ip}:${port}@${busPort}`;
}

function applied(text: Bytes, edits: readonly Edit[]): Bytes {
  const inOrder = [...edits].sort((a, b) => a.from - b.from);
  const ends = [0, ...inOrder.map(({ to }) => to)];
  const parts = inOrder.map((edit, index) => `${text.slice(ends[index], edit.from)}${edit.text}`);
  return asBytes(parts.join('') + text.slice(ends.at(-1)));
}

/** A piece of the text: from one position up to another. */
interface Span {
  readonly from: number;
  readonly to: number;
}

interface NodeEntry {
  readonly id: string;
  /** As the node announces it; empty where it does not. */
  readonly host: string;
  /** Empty where it is not known. */
  readonly ip: string;
  /** As it is written: 0 for a node that speaks TLS alone. */
  readonly port: number;
  /**
   * Where its clients go: without a `port` the field `tls-port` beside it (cluster_legacy.c, auxTlsPortGetter); 0 where
   * it is not known.
   */
  readonly clientPort: number;
  readonly busPort: number;
  readonly flags: readonly string[];
  /** `ip:port@cport` */
  readonly endpoint: Span;
  readonly flagsAt: Span;
}

/** The nodes that a nodes.conf names. */
interface NodesConf {
  readonly own: NodeEntry;
  /** Other nodes with a host name and a port, in the order of the text. */
  readonly peers: readonly NodeEntry[];
}

/**
 * Reads nodes.conf, or finds the first line that the server would not read. A peer without an address and without ports
 * gets the ports of the own entry: the server takes them all away when another node answers at its address
 * (cluster_legacy.c, clusterProcessPacket).
 */
export function readNodesConf(text: Bytes): NodesConf | { readonly damaged: number } {
  const peers: NodeEntry[] = [];
  let own: NodeEntry | null = null;
  let from = 0;
  for (const [index, line] of text.split('\n').entries()) {
    const start = from;
    from += line.length + 1;
    if (line.trim() === '' || line.split(' ')[0]?.toLowerCase() === 'vars') continue;
    const entry = readEntry(line.replace(/\r$/, ''), start);
    if (entry === null) return { damaged: index + 1 };
    if (entry.flags.includes('myself')) own = entry;
    else if (isHostName(entry.host) && !entry.flags.includes('handshake')) peers.push(entry);
  }
  if (own === null) return { damaged: 1 };
  const { port, clientPort, busPort } = own;
  const isBare = (peer: NodeEntry): boolean => peer.ip === '' && peer.clientPort === 0;
  const withPorts = peers.map((peer) => (isBare(peer) ? { ...peer, port, clientPort, busPort } : peer));
  return { own, peers: withPorts.filter((peer) => peer.clientPort > 0) };
}

function readEntry(line: string, start: number): NodeEntry | null {
  const [id = '', where = '', flags = '', ...rest] = line.split(' ');
  const address = readAddress(where);
  if (!isNodeId(id) || address === null || rest.length < 5) return null;
  const { hostname: host, ip, port, busPort } = address;
  const at = start + id.length + 1;
  const [endpoint = '', , ...fields] = where.split(',');
  const tlsPort = fields.find((field) => field.startsWith('tls-port='))?.slice('tls-port='.length);
  return {
    id,
    host,
    ip,
    port,
    clientPort: port || Number(tlsPort ?? 0),
    busPort,
    flags: flags.split(','),
    endpoint: { from: at, to: at + endpoint.length },
    flagsAt: { from: at + where.length + 1, to: at + where.length + 1 + flags.length },
  };
}

/** The time in which a server has to say its id. */
const PROBE_MS = 800;
const LOOPBACK_IP = '127.0.0.1';

/**
 * A server that may run on this very file: `says` is null if it says that it is this node, else its answer instead of
 * an id.
 */
interface Twin {
  readonly at: string;
  readonly says: string | null;
}

/**
 * The server that runs on this very file, or null. Its lock tells while it loads its modules and data, and not later:
 * the server locks the file that it opens, and from its first save on that file is another one (cluster_legacy.c,
 * clusterSaveConfig renames). So it is asked who it is: on loopback, where one of this container or pod listens
 * whatever address it had, and at the address that the file has for its own node. Nobody but a server on our port
 * answers on loopback: what it says there without an id (NOAUTH, LOADING, nothing in time) does not prove that the file
 * is free. A former address (not `isHere`) may be anybody's by now, and never gets the password.
 */
function runningTwin(
  host: Pick<Host, 'run'>,
  cluster: ClusterFiles,
  own: NodesConf['own'],
  isHere: boolean,
): Twin | null {
  if (own.clientPort === 0) return null;
  const ask = (ip: string, mayLogIn: boolean): string => {
    const password = cluster.password === null || !mayLogIn ? {} : authWith(textOf(cluster.password));
    const args = ['-h', ip, '-p', String(own.clientPort), ...cluster.tls, '-t', '1', 'CLUSTER', 'MYID'];
    return host.run('valkey-cli', args, { PATH: cluster.searchPath, ...password }, PROBE_MS).trim();
  };
  const nearby = ask(LOOPBACK_IP, true);
  if (nearby.includes(own.id)) return { at: endpoint(LOOPBACK_IP, own.clientPort), says: null };
  if (!isOfAnother(nearby)) return { at: endpoint(LOOPBACK_IP, own.clientPort), says: nearby };
  if (own.ip === '' || own.ip === LOOPBACK_IP || !ask(own.ip, isHere).includes(own.id)) return null;
  return { at: endpoint(own.ip, own.clientPort), says: null };
}

/** Nobody listens there, or another node, or a server without cluster mode (server.c, `cluster support disabled`). */
function isOfAnother(answer: string): boolean {
  return answer === '' || /^[0-9a-f]{40}$|^"[0-9a-f]{40}"$|^Could not connect|cluster support disabled/m.test(answer);
}

function authWith(password: string): Record<string, string> {
  return { REDISCLI_AUTH: password, VALKEYCLI_AUTH: password };
}
