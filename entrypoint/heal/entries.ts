import type { Bytes } from '../bytes.ts';
import { isHostName } from '../cluster/host-name.ts';
import { isNodeId, readAddress } from '../cluster/nodes.ts';

/** A piece of the text: from one position up to another. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

interface NodeEntry {
  readonly id: string;
  /** As the node announces it; empty where it does not. */
  readonly host: string;
  /** Empty where it is not known. */
  readonly ip: string;
  readonly port: number;
  readonly busPort: number;
  readonly flags: readonly string[];
  /** `ip:port@cport` */
  readonly endpoint: Span;
  readonly flagsAt: Span;
}

/** What a nodes.conf says of nodes. */
export interface NodesConf {
  readonly own: NodeEntry;
  /** Other nodes with a host name and a port, in the order of the text. */
  readonly peers: readonly NodeEntry[];
}

/**
 * Reads nodes.conf, or finds the first line that the server would not read. A peer without an address and without ports gets the ports of
 * the own entry: the server takes them all away when another node answers at its address (cluster_legacy.c, clusterProcessPacket).
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
  const { port, busPort } = own;
  const withPorts = peers.map((peer) => (peer.ip === '' && peer.port === 0 ? { ...peer, port, busPort } : peer));
  return { own, peers: withPorts.filter((peer) => peer.port > 0) };
}

function readEntry(line: string, start: number): NodeEntry | null {
  const [id = '', where = '', flags = '', ...rest] = line.split(' ');
  const address = readAddress(where);
  if (!isNodeId(id) || address === null || rest.length < 5) return null;
  const { hostname: host, ip, port, busPort } = address;
  const at = start + id.length + 1;
  const [endpoint = ''] = where.split(',');
  return {
    id,
    host,
    ip,
    port,
    busPort,
    flags: flags.split(','),
    endpoint: { from: at, to: at + endpoint.length },
    flagsAt: { from: at + where.length + 1, to: at + where.length + 1 + flags.length },
  };
}
