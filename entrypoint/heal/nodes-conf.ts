import { asBytes, type Bytes } from '../bytes.ts';
import { isHostName } from '../cluster/host-name.ts';
import { isNodeId, readAddress } from '../cluster/nodes.ts';

/** What a refresh of nodes.conf comes to. Its text is null where nothing changes. */
export type Refreshed =
  | {
      readonly kind: 'read';
      readonly text: Bytes | null;
      readonly changes: readonly Change[];
      readonly kept: readonly Kept[];
    }
  /** The server will refuse it, or it is no nodes.conf: left alone. */
  | { readonly kind: 'damaged'; readonly line: number };

interface Change {
  readonly host: string;
  readonly from: string;
  readonly to: string;
}

/** An entry with a host name whose address could not be checked. */
interface Kept {
  readonly host: string;
  readonly why: string;
}

interface Peer {
  readonly host: string;
  readonly port: number;
  readonly ip: string;
  /** Where its address stands in the text. */
  readonly from: number;
  readonly to: number;
}

/**
 * nodes.conf with the addresses of other nodes as their host names have them now; every other byte as it was. A node's own entry is never
 * touched, nor one without a host name, or whose name does not lead to exactly one address, or is that of two nodes.
 */
export function refreshNodes(text: Bytes, resolve: (host: string) => readonly string[]): Refreshed {
  const peers = peersOf(text);
  if ('damaged' in peers) return { kind: 'damaged', line: peers.damaged };
  const changes: Change[] = [];
  const kept: Kept[] = [];
  let result = '';
  let done = 0;
  for (const peer of peers) {
    const isShared = peers.some((other) => other !== peer && other.host === peer.host && other.port === peer.port);
    const found = isShared ? { why: 'two nodes announce it' } : addressOf(peer, resolve(peer.host));
    if ('why' in found) kept.push({ host: peer.host, why: found.why });
    else if (found.ip !== peer.ip) {
      changes.push({ host: peer.host, from: peer.ip, to: found.ip });
      result += `${text.slice(done, peer.from)}${found.ip}`;
      done = peer.to;
    }
  }
  return { kind: 'read', text: changes.length > 0 ? asBytes(result + text.slice(done)) : null, changes, kept };
}

/** The host names that a refresh would ask for. */
export function hostNames(text: Bytes): readonly string[] {
  const peers = peersOf(text);
  return 'damaged' in peers ? [] : [...new Set(peers.map(({ host }) => host))];
}

/** The id of the node whose file this is. */
export function ownEntry(text: Bytes): { readonly id: string; readonly ip: string; readonly port: number } | null {
  for (const line of text.split('\n')) {
    const [id = '', where = '', flags = ''] = line.split(' ');
    const address = readAddress(where);
    if (flags.split(',').includes('myself') && address !== null) return { id, ...address };
  }
  return null;
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

/** Other nodes with a host name and a port, in the order of the text; or the first line that the server would not read. */
function peersOf(text: Bytes): readonly Peer[] | { readonly damaged: number } {
  const peers: Peer[] = [];
  let hasSelf = false;
  let from = 0;
  for (const [index, line] of text.split('\n').entries()) {
    const [id = '', where = '', flags = '', ...rest] = line.replace(/\r$/, '').split(' ');
    const start = from + id.length + 1;
    from += line.length + 1;
    if (line.trim() === '' || id.toLowerCase() === 'vars') continue;
    const address = readAddress(where);
    if (!isNodeId(id) || address === null || rest.length < 5) return { damaged: index + 1 };
    const words = flags.split(',');
    if (words.includes('myself')) hasSelf = true;
    else if (isHostName(address.hostname) && address.port > 0 && !words.includes('handshake'))
      peers.push({
        host: address.hostname,
        port: address.port,
        ip: address.ip,
        from: start,
        to: start + address.ip.length,
      });
  }
  return hasSelf ? peers : { damaged: 1 };
}
