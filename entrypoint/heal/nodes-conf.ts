import { asBytes, type Bytes } from '../bytes.ts';
import type { NodesConf, Span } from './entries.ts';

/** What a refresh of nodes.conf comes to. Its text is null where nothing changes. */
export interface Refreshed {
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
 * nodes.conf with the addresses of other nodes as their host names have them now; every other byte as it was. An entry stays whose name does
 * not lead to exactly one address, or is that of two nodes. `forgetOwn` takes the address out of the own entry, and nothing else: a server
 * without one learns it from the first node that greets it (cluster_legacy.c, clusterProcessPacket).
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
    const isShared = peers.some((other) => other !== peer && other.host === peer.host && other.port === peer.port);
    const found = isShared ? { why: 'two nodes announce it' } : addressOf(peer, resolve(peer.host));
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

/** `ip` as it is where the name still leads there; else the only address that the name leads to, of the same family if it has one. */
function addressOf({ ip }: Peer, found: readonly string[]): { ip: string } | { why: string } {
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
