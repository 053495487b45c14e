import { type Elf, NotSharedObject, offsetAt, readElf, type Section, stringOf } from './elf.ts';

/** What decides whether a module loads, read from the very bytes that go into the image. */
export interface SharedObject {
  /** e_machine. */
  readonly machine: number;
  /** The libraries that it names. */
  readonly needed: readonly string[];
  /** Library to the versions that are needed of it, such as GLIBC_2.38. */
  readonly versions: Readonly<Record<string, readonly string[]>>;
  readonly exported: readonly string[];
  readonly hardening: Hardening;
}

/** What compiler and linker were told. A small module may show no protector or fortified call because nothing in it needs one. */
export interface Hardening {
  readonly relro: boolean;
  readonly bindNow: boolean;
  readonly nxStack: boolean;
  readonly stackProtector: boolean;
  readonly fortify: boolean;
}

const sharedObject = 3;
const segment = { gnuStack: 0x6474e551, gnuRelro: 0x6474e552 } as const;
const section = { dynamic: 6, dynamicSymbols: 11, neededVersions: 0x6ffffffe } as const;
const tag = { needed: 1, bindNow: 24, flags: 30, flags1: 0x6ffffffb } as const;

/** Reads a shared object. Throws NotSharedObject for anything else, and for a file that is cut off. */
export function readSharedObject(bytes: Buffer): SharedObject {
  try {
    return read(readElf(bytes));
  } catch (cause) {
    if (cause instanceof RangeError) throw new NotSharedObject('it is cut off', { cause });
    throw cause;
  }
}

function read(elf: Elf): SharedObject {
  if (elf.type !== sharedObject) throw new NotSharedObject(`its ELF type is ${elf.type}, not ${sharedObject}`);
  const of = (type: number): Section | undefined => elf.sections.find((one) => one.type === type);
  const dynamic = readDynamic(elf, of(section.dynamic));
  const symbols = readSymbols(elf, of(section.dynamicSymbols));
  const imported = symbols.filter(({ defined }) => !defined).map(({ name }) => name);
  const value = (wanted: number): number => dynamic.entries.find((entry) => entry.tag === wanted)?.value ?? 0;
  return {
    machine: elf.machine,
    needed: dynamic.needed,
    versions: readVersions(elf, of(section.neededVersions)),
    exported: symbols.filter(({ defined }) => defined).map(({ name }) => name),
    hardening: {
      relro: elf.segments.some(({ type }) => type === segment.gnuRelro),
      bindNow:
        dynamic.entries.some((entry) => entry.tag === tag.bindNow) ||
        (value(tag.flags) & 8) !== 0 ||
        (value(tag.flags1) & 1) !== 0,
      nxStack: elf.segments.some(({ type, flags }) => type === segment.gnuStack && (flags & 1) === 0),
      stackProtector: imported.includes('__stack_chk_fail'),
      fortify: imported.some((name) => /^__\w+_chk$/.test(name)),
    },
  };
}

interface Dynamic {
  readonly entries: readonly { readonly tag: number; readonly value: number }[];
  readonly needed: readonly string[];
}

function readDynamic(elf: Elf, table: Section | undefined): Dynamic {
  if (table === undefined) throw new NotSharedObject('it has no dynamic section');
  const entries = rows(table, 16).map((from) => ({
    tag: offsetAt(elf.bytes, from),
    value: offsetAt(elf.bytes, from + 8),
  }));
  const end = entries.findIndex((entry) => entry.tag === 0);
  const used = end < 0 ? entries : entries.slice(0, end);
  const needed = used.filter((entry) => entry.tag === tag.needed).map(({ value }) => stringOf(elf, table, value));
  return { entries: used, needed };
}

function readSymbols(elf: Elf, table: Section | undefined): { name: string; defined: boolean }[] {
  if (table === undefined) return [];
  return rows(table, 24)
    .slice(1)
    .map((from) => ({
      name: stringOf(elf, table, elf.bytes.readUInt32LE(from)),
      defined: elf.bytes.readUInt16LE(from + 6) !== 0,
    }));
}

/** The table is a chain: each library's entry leads to its versions, and to the next library. */
function readVersions(elf: Elf, table: Section | undefined): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  if (table === undefined) return found;
  const { bytes } = elf;
  for (let from = table.offset, next = 1; next !== 0; from += next) {
    const count = bytes.readUInt16LE(from + 2);
    const library = stringOf(elf, table, bytes.readUInt32LE(from + 4));
    const versions: string[] = [];
    let version = from + bytes.readUInt32LE(from + 8);
    for (let index = 0; index < count; index++) {
      versions.push(stringOf(elf, table, bytes.readUInt32LE(version + 8)));
      version += bytes.readUInt32LE(version + 12);
    }
    found[library] = [...(found[library] ?? []), ...versions];
    next = bytes.readUInt32LE(from + 12);
  }
  return found;
}

/** The offsets of a table's rows. */
function rows({ offset, size }: Section, each: number): number[] {
  return Array.from({ length: Math.floor(size / each) }, (_, index) => offset + index * each);
}
