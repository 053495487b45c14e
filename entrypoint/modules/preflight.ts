import { type Details, type Diagnostic, diagnose, refuse } from '../diagnostics/diagnostic.ts';
import type { Host, Machine, ModuleFiles } from '../host/host.ts';
import { asBytes, type Bytes, pathOf } from '../text/bytes.ts';
import { absolute, frame } from '../text/place.ts';
import { withoutSecrets } from '../text/secrets.ts';
import type { Module } from './discover.ts';
import type { WantedLoad } from './precedence.ts';

/**
 * Checks one module file that will be loaded, cheaply: it is there, readable, has an execute bit as the server demands
 * (module.c, moduleLoad), and is a shared object for this machine. Refuses VB302 to VB307.
 */
export function checkModuleFile(
  files: ModuleFiles,
  machine: Machine,
  path: string,
  module: Module | null,
  by: Details,
): void {
  const found = files.inspect(path);
  switch (found.kind) {
    case 'missing':
      throw refuse('VB302', `${withoutSecrets(path)} does not exist`, by);
    case 'directory':
      throw refuse('VB305', `${path} is a directory`, by);
    case 'unreadable':
      throw refuse('VB303', `${withoutSecrets(path)} cannot be read: ${found.why}`, by);
    case 'file':
      break;
  }
  if ((found.mode & 0o111) === 0) {
    const mode = (found.mode & 0o7777).toString(8).padStart(4, '0');
    throw refuse('VB304', `${path} has mode ${mode}: nobody may execute it`, { ...by, hint: `chmod 0755 ${path}` });
  }
  checkElf(path, found.head, machine.arch, by);
  checkProcessor(path, machine, module, by);
}

/**
 * Checks with the server's own rights that each module that it will load can be read; before, root could read them all.
 * A name without a slash is looked up by dlopen, in the system's library path. Refuses VB303.
 */
export function checkModuleAccess(
  host: Pick<Host, 'mayRead'>,
  loads: readonly WantedLoad[],
  cwd: string,
  who: string,
): void {
  for (const load of loads) {
    const path = absolute(pathOf(load.path), cwd);
    if (!load.path.includes('/') || host.mayRead(path)) continue;
    throw refuse('VB303', `${path} cannot be read by ${who}`, placeOfLoad(load));
  }
}

/** Where a load is asked for: the user's line, or the module's file in the module directory. */
export function placeOfLoad({ line, module }: WantedLoad): Details {
  if (line === null) return { at: { kind: 'directory', path: module.path } };
  // Made only when it is shown, since every start asks for places.
  return {
    at: line.at,
    get frame() {
      return frame(line.directive.line.text);
    },
  };
}

function checkElf(path: string, head: Bytes, arch: string, by: Details): void {
  if (head.length === 0) throw refuse('VB305', `${path} is empty`, by);
  if (!head.startsWith('\x7fELF'))
    throw refuse('VB305', `${path} is not an ELF file: it begins with ${hexOf(head)}`, by);
  if (head.length < 20 || head.charCodeAt(4) !== ELF_64_BIT)
    throw refuse('VB305', `${path} is not a 64-bit ELF file`, by);
  const machine = head.charCodeAt(18) | (head.charCodeAt(19) << 8);
  const wanted = ELF_MACHINES[arch];
  if (wanted !== undefined && machine !== wanted) {
    const name = Object.entries(ELF_MACHINES).find(([, number]) => number === machine)?.[0] ?? `ELF machine ${machine}`;
    throw refuse('VB306', `${path} was built for ${name}, and this is ${arch}`, by);
  }
  if (head.charCodeAt(16) !== ELF_SHARED_OBJECT)
    throw refuse('VB305', `${path} is an ELF file, but not a shared object`, by);
}

/** e_ident[EI_CLASS], e_type and e_machine of the ELF header (elf(5)). */
const ELF_64_BIT = 2;
const ELF_SHARED_OBJECT = 3;
const ELF_MACHINES: Readonly<Record<string, number>> = { x64: 62, arm64: 183 };

function hexOf(head: Bytes): string {
  return [...asBytes(head.slice(0, 4))].map((byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join(' ');
}

function checkProcessor(path: string, machine: Machine, module: Module | null, by: Details): void {
  const needed = module?.manifest?.requires.cpu?.[machine.arch === 'arm64' ? 'arm64' : 'x64'] ?? [];
  if (needed.length === 0) return;
  const offered = machine.cpuFlags();
  const missing = offered.size === 0 ? [] : needed.filter((flag) => !offered.has(flag));
  if (missing.length > 0) {
    throw refuse('VB307', `${path} needs ${missing.join(', ')}, which this processor does not offer`, {
      ...by,
      hint: `Run on a newer processor, or leave the module out: VALKEY_MODULES=-${module?.name ?? ''}`,
    });
  }
}

/**
 * Looks for the function that begins a module, as the server does (module.c, moduleLoad: dlsym of both names).
 * `unclear`: a library that the file needs may define it, or the file is not as a linker leaves it. Then the server
 * decides.
 */
type OnLoad = 'defined' | 'missing' | 'unclear';

const NAMES = ['ValkeyModule_OnLoad', 'RedisModule_OnLoad'];

/** Looks the function up in the few kilobytes in which the dynamic loader would. Numbers are those of elf(5). */
export function findOnLoad(files: Pick<ModuleFiles, 'readAt'>, path: string, names: readonly string[] = NAMES): OnLoad {
  try {
    const tables = readTables((offset, length) => files.readAt(path, offset, length));
    if (tables === null) return 'unclear';
    if (names.some((name) => defines(tables, name))) return 'defined';
    return needed(tables).every((library) => SYSTEM_LIBRARY.test(library)) ? 'missing' : 'unclear';
  } catch (error) {
    // A table lies outside of the file.
    if (error instanceof RangeError) return 'unclear';
    throw error;
  }
}

export function noOnLoad(path: string): string {
  return `${withoutSecrets(path)} defines neither ValkeyModule_OnLoad nor RedisModule_OnLoad`;
}

/** VB311, for a file that no load line and no variable names. */
export function leftOutWarning({ name, path }: Module): Diagnostic {
  const hint = `Move it out of the module directory, or leave it out in silence: VALKEY_MODULES=-${name}`;
  return diagnose('VB311', `${noOnLoad(path)}, so it is left out`, { at: { kind: 'directory', path }, hint });
}

/** dlsym goes on in the libraries that the file needs; none of these is a module. */
const SYSTEM_LIBRARY =
  /^(lib(c|m|dl|pthread|rt|resolv|util|stdc\+\+|gcc_s|gomp|atomic|crypto|ssl|z|zstd|jemalloc)|ld-(linux|musl)[\w-]*)\.so(\.\d+)*$/;

type ReadAt = (offset: number, length: number) => Buffer;

/** The tables of the dynamic section, by their addresses in memory. */
interface Tables {
  /** Bytes at an address, up to the end of what the file has for it. */
  readonly at: ReadAt;
  readonly symbols: number;
  readonly strings: number;
  /** Where the names of the libraries that the file needs stand among the strings. */
  readonly needed: readonly number[];
  readonly gnuHash: number | undefined;
  readonly hash: number | undefined;
}

const segment = { load: 1, dynamic: 2 } as const;
const tag = { needed: 1, hash: 4, strings: 5, symbols: 6, gnuHash: 0x6ffffef5 } as const;
/** An object can lend itself the symbols of others (DT_AUXILIARY, DT_FILTER). */
const LENDING = [0x7ffffffd, 0x7fffffff];
const LITTLE_ENDIAN = 1;
const PROGRAM_HEADER = 56;
const SYMBOL = 24;
/** Far more than a linker needs, so that a damaged number costs nothing. */
const most = { segments: 64, dynamic: 16_384, name: 256, chain: 4096 } as const;

function readTables(readAt: ReadAt): Tables | null {
  const header = readAt(0, 64);
  const count = header.readUInt16LE(56);
  if (header[5] !== LITTLE_ENDIAN || header.readUInt16LE(54) !== PROGRAM_HEADER || count > most.segments) return null;
  const segments = readElfSegments(readAt(numberAt(header, 32), count * PROGRAM_HEADER), count);
  const dynamic = segments.find(({ type }) => type === segment.dynamic);
  if (dynamic === undefined || dynamic.size > most.dynamic) return null;
  const entries = readDynamic(readAt(dynamic.offset, dynamic.size));
  const value = (wanted: number): number | undefined => entries.find((entry) => entry.tag === wanted)?.value;
  const [symbols, strings] = [value(tag.symbols), value(tag.strings)];
  if (symbols === undefined || strings === undefined || entries.some((entry) => LENDING.includes(entry.tag)))
    return null;
  const at: ReadAt = (address, length) => {
    const holds = segments.find(
      ({ type, start, size }) => type === segment.load && address >= start && address < start + size,
    );
    if (holds === undefined) throw new RangeError('no segment holds the address');
    const from = address - holds.start;
    return readAt(holds.offset + from, Math.min(length, holds.size - from));
  };
  const needed = entries.filter((entry) => entry.tag === tag.needed).map((entry) => entry.value);
  return { at, symbols, strings, needed, gnuHash: value(tag.gnuHash), hash: value(tag.hash) };
}

interface ElfSegment {
  readonly type: number;
  readonly offset: number;
  readonly start: number;
  readonly size: number;
}

function readElfSegments(bytes: Buffer, count: number): ElfSegment[] {
  return Array.from({ length: count }, (_, index) => {
    const from = index * PROGRAM_HEADER;
    return {
      type: bytes.readUInt32LE(from),
      offset: numberAt(bytes, from + 8),
      start: numberAt(bytes, from + 16),
      size: numberAt(bytes, from + 32),
    };
  });
}

function readDynamic(bytes: Buffer): { tag: number; value: number }[] {
  const entries: { tag: number; value: number }[] = [];
  for (let from = 0; ; from += 16) {
    const entry = { tag: numberAt(bytes, from), value: numberAt(bytes, from + 8) };
    if (entry.tag === 0) return entries;
    entries.push(entry);
  }
}

function needed(tables: Tables): string[] {
  return tables.needed.map((offset) => nameAt(tables.at, tables.strings + offset));
}

function defines(tables: Tables, name: string): boolean {
  const { gnuHash, hash } = tables;
  if (gnuHash !== undefined) return inGnuHash(tables, gnuHash, name);
  if (hash !== undefined) return inHash(tables, hash, name);
  throw new RangeError('no table of hashes');
}

/**
 * DT_GNU_HASH: a bucket leads to the first symbol of its chain, whose hashes stand in the order of the symbols; the
 * last one is odd.
 */
function inGnuHash(tables: Tables, table: number, name: string): boolean {
  const head = tables.at(table, 16);
  const [buckets, firstSymbol, filterWords] = [head.readUInt32LE(0), head.readUInt32LE(4), head.readUInt32LE(8)];
  const hash = [...name].reduce((sum, letter) => (sum * 33 + letter.charCodeAt(0)) >>> 0, 5381);
  const bucketTable = table + 16 + filterWords * 8;
  if (buckets === 0) return false;
  const first = wordAt(tables, bucketTable + (hash % buckets) * 4);
  if (first < firstSymbol) return false;
  for (let symbol = first; symbol < first + most.chain; symbol++) {
    const found = wordAt(tables, bucketTable + (buckets + symbol - firstSymbol) * 4);
    if ((found | 1) === (hash | 1) && isDefined(tables, symbol, name)) return true;
    if ((found & 1) === 1) return false;
  }
  throw new RangeError('a chain without an end');
}

/** DT_HASH: a bucket leads to a symbol, and each symbol to the next one. */
function inHash(tables: Tables, table: number, name: string): boolean {
  const buckets = wordAt(tables, table);
  if (buckets === 0) return false;
  let symbol = wordAt(tables, table + 8 + (hashOf(name) % buckets) * 4);
  for (let step = 0; step < most.chain; step++) {
    if (symbol === 0) return false;
    if (isDefined(tables, symbol, name)) return true;
    symbol = wordAt(tables, table + 8 + (buckets + symbol) * 4);
  }
  throw new RangeError('a chain without an end');
}

function hashOf(name: string): number {
  let hash = 0;
  for (const letter of name) {
    hash = ((hash << 4) + letter.charCodeAt(0)) >>> 0;
    const high = hash & 0xf0000000;
    hash = (hash ^ (high >>> 24)) & ~high;
  }
  return hash;
}

/** True if the symbol has the name and is defined here, not only asked for. */
function isDefined({ at, symbols, strings }: Tables, symbol: number, name: string): boolean {
  const entry = at(symbols + symbol * SYMBOL, SYMBOL);
  return entry.readUInt16LE(6) !== 0 && nameAt(at, strings + entry.readUInt32LE(0)) === name;
}

function nameAt(at: ReadAt, address: number): string {
  const bytes = at(address, most.name);
  const end = bytes.indexOf(0);
  if (end < 0) throw new RangeError('a name without an end');
  return bytes.toString('latin1', 0, end);
}

function wordAt({ at }: Tables, address: number): number {
  return at(address, 4).readUInt32LE(0);
}

function numberAt(bytes: Buffer, from: number): number {
  return Number(bytes.readBigUInt64LE(from));
}
