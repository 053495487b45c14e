/** What a made-up module is like; by default one that a server on x86-64 would load. */
export interface ModuleTraits {
  readonly machine?: number;
  readonly type?: number;
  readonly needed?: readonly string[];
  /** Library to the versions that are needed of it. */
  readonly versions?: Readonly<Record<string, readonly string[]>>;
  readonly exported?: readonly string[];
  readonly imported?: readonly string[];
  readonly relro?: boolean;
  readonly execStack?: boolean;
  /** Entries of the dynamic section beside DT_NEEDED: tag and value. */
  readonly dynamic?: readonly (readonly [number, number])[];
}

const headerSize = 64;
const segmentSize = 56;
const sectionSize = 64;

/** A whole ELF shared object, section by section, with the tables that a reader looks at and no code. */
export function sharedObject(traits: ModuleTraits = {}): Buffer {
  const { machine = 62, type = 3, needed = ['libc.so.6'], versions = {}, dynamic = [] } = traits;
  const { exported = ['ValkeyModule_OnLoad'], imported = [], relro = true, execStack = false } = traits;
  const strings = stringTable();
  const symbols = Buffer.concat([
    Buffer.alloc(24),
    ...imported.map((name) => symbol(strings.add(name), 0)),
    ...exported.map((name) => symbol(strings.add(name), 1)),
  ]);
  const entries = [...needed.map((name) => [1, strings.add(name)] as const), ...dynamic, [0, 0] as const];
  const dynamicTable = Buffer.concat(entries.map(([tag, value]) => numbers64(tag, value)));
  const versionTable = neededVersions(versions, strings.add);

  const segments = [...(relro ? [[0x6474e552, 4]] : []), [0x6474e551, execStack ? 7 : 6]];
  const tables = [
    { type: 3, link: 0, bytes: strings.bytes() },
    { type: 6, link: 1, bytes: dynamicTable },
    { type: 11, link: 1, bytes: symbols },
    ...(versionTable.length > 0 ? [{ type: 0x6ffffffe, link: 1, bytes: versionTable }] : []),
  ];
  let offset = headerSize + segments.length * segmentSize;
  const sections: Buffer[] = [Buffer.alloc(sectionSize)];
  for (const table of tables) {
    sections.push(section(table.type, table.link, offset, table.bytes.length));
    offset += table.bytes.length;
  }
  return Buffer.concat([
    header({ type, machine, segments: segments.length, sections: sections.length, sectionTable: offset }),
    ...segments.map(([kind = 0, flags = 0]) => segment(kind, flags)),
    ...tables.map(({ bytes }) => bytes),
    ...sections,
  ]);
}

function header(of: {
  type: number;
  machine: number;
  segments: number;
  sections: number;
  sectionTable: number;
}): Buffer {
  const bytes = Buffer.alloc(headerSize);
  bytes.write('\x7fELF\x02\x01\x01', 'latin1');
  bytes.writeUInt16LE(of.type, 16);
  bytes.writeUInt16LE(of.machine, 18);
  bytes.writeBigUInt64LE(BigInt(headerSize), 32);
  bytes.writeBigUInt64LE(BigInt(of.sectionTable), 40);
  bytes.writeUInt16LE(segmentSize, 54);
  bytes.writeUInt16LE(of.segments, 56);
  bytes.writeUInt16LE(sectionSize, 58);
  bytes.writeUInt16LE(of.sections, 60);
  return bytes;
}

function segment(kind: number, flags: number): Buffer {
  const bytes = Buffer.alloc(segmentSize);
  bytes.writeUInt32LE(kind, 0);
  bytes.writeUInt32LE(flags, 4);
  return bytes;
}

function section(type: number, link: number, offset: number, size: number): Buffer {
  const bytes = Buffer.alloc(sectionSize);
  bytes.writeUInt32LE(type, 4);
  bytes.writeBigUInt64LE(BigInt(offset), 24);
  bytes.writeBigUInt64LE(BigInt(size), 32);
  bytes.writeUInt32LE(link, 40);
  return bytes;
}

function symbol(name: number, sectionIndex: number): Buffer {
  const bytes = Buffer.alloc(24);
  bytes.writeUInt32LE(name, 0);
  bytes.writeUInt16LE(sectionIndex, 6);
  return bytes;
}

/** A chain of libraries, each with a chain of versions. */
function neededVersions(versions: Readonly<Record<string, readonly string[]>>, add: (text: string) => number): Buffer {
  const libraries = Object.entries(versions);
  return Buffer.concat(
    libraries.flatMap(([library, wanted], index) => {
      const head = Buffer.alloc(16);
      head.writeUInt16LE(1, 0);
      head.writeUInt16LE(wanted.length, 2);
      head.writeUInt32LE(add(library), 4);
      head.writeUInt32LE(16, 8);
      head.writeUInt32LE(index === libraries.length - 1 ? 0 : 16 + wanted.length * 16, 12);
      const rows = wanted.map((version, row) => {
        const bytes = Buffer.alloc(16);
        bytes.writeUInt32LE(add(version), 8);
        bytes.writeUInt32LE(row === wanted.length - 1 ? 0 : 16, 12);
        return bytes;
      });
      return [head, ...rows];
    }),
  );
}

function stringTable(): { add(text: string): number; bytes(): Buffer } {
  let text = '\0';
  return {
    add(added) {
      const offset = text.length;
      text += `${added}\0`;
      return offset;
    },
    bytes: () => Buffer.from(text, 'latin1'),
  };
}

function numbers64(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  for (const [index, value] of values.entries()) bytes.writeBigUInt64LE(BigInt(value), index * 8);
  return bytes;
}
