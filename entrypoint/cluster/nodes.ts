/** One line of CLUSTER NODES, or of nodes.conf: a node as another one sees it. */
export interface NodeRow {
  readonly id: string;
  /** Empty where it is not known. */
  readonly ip: string;
  readonly port: number;
  readonly busPort: number;
  /** As the node announces it; empty where it does not. */
  readonly hostname: string;
  readonly flags: readonly string[];
  /** The id of a replica's primary. */
  readonly primary: string | null;
  /** When the question was asked that is not answered yet, and when the last answer came: milliseconds of the node's clock, 0 for never. */
  readonly pingSent: number;
  readonly pongReceived: number;
  readonly epoch: number;
  readonly slots: readonly SlotRange[];
  /** Slots on their way: only a node's line about itself has them. */
  readonly open: readonly OpenSlot[];
}

export type SlotRange = readonly [first: number, last: number];

interface OpenSlot {
  readonly slot: number;
  readonly direction: 'to' | 'from';
  readonly node: string;
}

/** CLUSTER NODES as rows; null if a line is none (cluster_legacy.c, clusterGenNodeDescription). */
export function readNodes(text: string): readonly NodeRow[] | null {
  const rows = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(readRow);
  return rows.some((row) => row === null) ? null : rows.filter((row) => row !== null);
}

function readRow(line: string): NodeRow | null {
  const [id = '', where = '', flags = '', primary = '', ping = '', pong = '', epoch = '', , ...slots] = line
    .trim()
    .split(' ');
  const address = readAddress(where);
  if (!isNodeId(id) || address === null || !/^\d+$/.test(epoch)) return null;
  return {
    id,
    ...address,
    flags: flags.split(','),
    primary: primary === '-' ? null : primary,
    pingSent: Number(ping),
    pongReceived: Number(pong),
    epoch: Number(epoch),
    slots: slots.filter((word) => !word.startsWith('[')).map(readRange),
    open: slots.filter((word) => word.startsWith('[')).flatMap(readOpen),
  };
}

/** `ip:port@cport[,hostname[,name=value]...]`; an IPv6 address has no brackets, so the last colon counts. */
export function readAddress(where: string): Pick<NodeRow, 'ip' | 'port' | 'busPort' | 'hostname'> | null {
  const [endpoint = '', hostname = ''] = where.split(',');
  const match = /^(.*):(\d+)(?:@(\d+))?$/.exec(endpoint);
  if (match === null) return null;
  const port = Number(match[2]);
  return { ip: match[1] ?? '', port, busPort: match[3] === undefined ? port + 10_000 : Number(match[3]), hostname };
}

export function isNodeId(word: string): boolean {
  return /^[0-9a-f]{40}$/.test(word);
}

function readRange(word: string): SlotRange {
  const [first = '', last = first] = word.split('-');
  return [Number(first), Number(last)];
}

/** `[93-<-id]`: 93 comes from that node; `[93->-id]`: it goes there. */
function readOpen(word: string): OpenSlot[] {
  const match = /^\[(\d+)-([<>])-([0-9a-f]{40})\]$/.exec(word);
  if (match === null) return [];
  return [{ slot: Number(match[1]), direction: match[2] === '>' ? 'to' : 'from', node: match[3] ?? '' }];
}

/** A node that could own slots. */
export function isPrimary(row: NodeRow): boolean {
  return row.flags.some((flag) => flag === 'master' || flag === 'primary');
}

/** A node that is not counted yet: the first greeting has not been answered. */
export function isHandshake(row: NodeRow): boolean {
  return row.flags.includes('handshake');
}

/** A node that does not answer the one whose line this is, or whose address it has lost. */
export function isFailing(row: NodeRow): boolean {
  return row.flags.some((flag) => flag === 'fail' || flag === 'fail?' || flag === 'noaddr');
}
