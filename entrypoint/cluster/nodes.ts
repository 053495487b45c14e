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
  /**
   * When the question was asked that is not answered yet, and when the last answer came: milliseconds of the node's
   * clock, 0 for never.
   */
  readonly pingSent: number;
  readonly pongReceived: number;
  readonly epoch: number;
  readonly slots: readonly SlotRange[];
  /** Slots on their way: only a node's line about itself has them. */
  readonly open: readonly OpenSlot[];
}

type SlotRange = readonly [first: number, last: number];

interface OpenSlot {
  readonly slot: number;
  readonly direction: 'to' | 'from';
  readonly node: string;
}

/** CLUSTER NODES as rows; null if a line is not a node's (cluster_legacy.c, clusterGenNodeDescription). */
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

/**
 * A name that the server lets a node announce (config.c, isValidAnnouncedHostname: letters, digits, hyphens and dots,
 * less than 256 of them), and that cannot be taken for an option of a program.
 */
export function isHostName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9.-]{0,254}$/.test(name);
}

/** `host:port` for people, an IPv6 address in brackets. */
export function endpoint(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The number of hash slots of a cluster. */
export const SLOTS = 16_384;

export function countSlots(ranges: readonly SlotRange[]): number {
  return ranges.reduce((total, [first, last]) => total + last - first + 1, 0);
}

/** Slots that no row owns, as ranges. */
export function uncovered(rows: readonly NodeRow[]): readonly SlotRange[] {
  const owned = new Uint8Array(SLOTS);
  for (const { slots } of rows) for (const [first, last] of slots) owned.fill(1, first, last + 1);
  return rangesWhere((slot) => owned[slot] === 0);
}

/** Slots that two rows own. */
export function ownedTwice(rows: readonly NodeRow[]): readonly SlotRange[] {
  const owners = new Uint16Array(SLOTS);
  for (const { slots } of rows)
    for (const [first, last] of slots)
      for (let slot = first; slot <= last; slot++) owners[slot] = (owners[slot] ?? 0) + 1;
  return rangesWhere((slot) => (owners[slot] ?? 0) > 1);
}

/** `0-5460 5500`, or `none`. */
export function showSlots(ranges: readonly SlotRange[]): string {
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(' ') || 'none';
}

/** The owners of all slots as one text, equal where two nodes have the same view. */
export function ownership(rows: readonly NodeRow[]): string {
  return rows
    .filter(({ slots }) => slots.length > 0)
    .map(({ id, slots }) => `${id} ${showSlots(slots)}`)
    .sort()
    .join('\n');
}

function rangesWhere(holds: (slot: number) => boolean): SlotRange[] {
  const ranges: [number, number][] = [];
  for (let slot = 0; slot < SLOTS; slot++) {
    if (!holds(slot)) continue;
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === slot - 1) last[1] = slot;
    else ranges.push([slot, slot]);
  }
  return ranges;
}

/** So many numbers in a row give keys of every slot, whatever stands before the number. */
const MOST_NUMBERS = 1_000_000;

/**
 * The first of `prefix0`, `prefix1`... whose slot is in one of the ranges; null where none is. `prefix` has no braces.
 */
export function keyIn(ranges: readonly SlotRange[], prefix: string): string | null {
  const before = crc16(prefix, 0);
  for (let number = 0; number < MOST_NUMBERS; number++) {
    const slot = crc16(String(number), before) % SLOTS;
    if (ranges.some(([first, last]) => first <= slot && slot <= last)) return `${prefix}${number}`;
  }
  return null;
}

/** The slot of a key of ASCII letters without braces (cluster.c, keyHashSlot). */
export function slotOf(key: string): number {
  return crc16(key, 0) % SLOTS;
}

/** CRC-16/XMODEM (crc16.c), continued from the sum of what stands before. */
function crc16(text: string, before: number): number {
  let sum = before;
  for (let index = 0; index < text.length; index++) {
    sum ^= text.charCodeAt(index) << 8;
    for (let bit = 0; bit < 8; bit++) sum = (sum & 0x8000) === 0 ? sum << 1 : (sum << 1) ^ 0x1021;
    sum &= 0xffff;
  }
  return sum;
}
