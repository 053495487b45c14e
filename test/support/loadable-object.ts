/** A shared object as the dynamic loader looks at it: segments, a dynamic section, and one table of hashes. */
interface LoadableTraits {
  readonly machine?: number;
  readonly defined?: readonly string[];
  /** Symbols that are wanted of other files. */
  readonly wanted?: readonly string[];
  readonly needed?: readonly string[];
  readonly hashes?: 'gnu' | 'sysv' | 'none';
  /** More entries of the dynamic section: tag and value. */
  readonly dynamic?: readonly (readonly [tag: number, value: number])[];
}

/** Addresses in memory are not those in the file: the loader goes by the segments. */
const ADDRESS = 0x40_0000;
const HEADERS = 64 + 2 * 56;

/** The whole file, for x86-64 unless told otherwise. All hashes share one bucket, so that every chain is as long as the table. */
export function loadableObject({
  machine = 62,
  defined = ['ValkeyModule_OnLoad'],
  wanted = ['malloc'],
  needed = ['libc.so.6'],
  hashes = 'gnu',
  dynamic = [],
}: LoadableTraits = {}): Buffer {
  const names = [...wanted, ...defined];
  const strings = Buffer.from(`\0${[...names, ...needed].map((name) => `${name}\0`).join('')}`, 'latin1');
  const offsetOf = (name: string): number => strings.indexOf(`\0${name}\0`) + 1;
  const symbols = [
    Buffer.alloc(24),
    ...names.map((name, index) => symbol(offsetOf(name), index < wanted.length ? 0 : 1)),
  ];
  const table = hashes === 'gnu' ? gnuHash(defined, wanted.length + 1) : sysvHash(names.length + 1);
  const parts = [Buffer.concat(symbols), table, strings];
  const [symbolsAt = 0, tableAt = 0, stringsAt = 0] = parts.map((_, index) =>
    parts.slice(0, index).reduce((sum, part) => sum + part.length, HEADERS),
  );
  const tags = [
    ...needed.map((name) => [1, offsetOf(name)] as const),
    [5, ADDRESS + stringsAt] as const,
    [6, ADDRESS + symbolsAt] as const,
    ...(hashes === 'none' ? [] : [[hashes === 'gnu' ? 0x6ffffef5 : 4, ADDRESS + tableAt] as const]),
    ...dynamic,
    [0, 0] as const,
  ];
  const dynamicTable = Buffer.concat(tags.flat().map(number64));
  const dynamicAt = stringsAt + strings.length;
  const segments = [
    segment(1, 0, ADDRESS, dynamicAt + dynamicTable.length),
    segment(2, dynamicAt, ADDRESS + dynamicAt, dynamicTable.length),
  ];
  return Buffer.concat([header(machine, segments.length), ...segments, ...parts, dynamicTable]);
}

function header(machine: number, segments: number): Buffer {
  const bytes = Buffer.alloc(64);
  bytes.write('\x7fELF\x02\x01\x01', 'latin1');
  bytes.writeUInt16LE(3, 16);
  bytes.writeUInt16LE(machine, 18);
  bytes.writeUInt8(64, 32);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(segments, 56);
  return bytes;
}

function segment(type: number, offset: number, address: number, size: number): Buffer {
  return Buffer.concat([words32(type, 4), ...[offset, address, address, size, size, 0x1000].map(number64)]);
}

function symbol(name: number, section: number): Buffer {
  const bytes = Buffer.alloc(24);
  bytes.writeUInt32LE(name, 0);
  bytes.writeUInt16LE(section, 6);
  return bytes;
}

/** The defined symbols, which come last, in one chain; without any, a bucket that leads nowhere. */
function gnuHash(defined: readonly string[], first: number): Buffer {
  const hashes = defined.map((name) =>
    [...name].reduce((sum, letter) => (sum * 33 + letter.charCodeAt(0)) >>> 0, 5381),
  );
  const chain = hashes.map((hash, index) => (index === hashes.length - 1 ? (hash | 1) >>> 0 : (hash & ~1) >>> 0));
  return words32(1, first, 1, 0, 0xffffffff, 0xffffffff, defined.length === 0 ? 0 : first, ...chain);
}

/** Every symbol in one chain, whatever its hash. */
function sysvHash(count: number): Buffer {
  return words32(1, count, count - 1, 0, ...Array.from({ length: count - 1 }, (_, index) => index));
}

function words32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, index * 4);
  return bytes;
}

function number64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
