/** The parts of a 64-bit little-endian ELF file that a reader of shared objects needs. Numbers are those of the ELF specification. */
export interface Elf {
  readonly type: number;
  readonly machine: number;
  readonly segments: readonly { readonly type: number; readonly flags: number }[];
  readonly sections: readonly Section[];
  readonly bytes: Buffer;
}

export interface Section {
  readonly type: number;
  /** The section that holds its strings. */
  readonly link: number;
  readonly offset: number;
  readonly size: number;
}

/** Why a file is no shared object that can be read: VP307. */
export class NotSharedObject extends Error {
  override readonly name = 'NotSharedObject';
}

/** Reads headers and tables. Throws NotSharedObject, and RangeError where a table lies outside of the file. */
export function readElf(bytes: Buffer): Elf {
  if (bytes.toString('latin1', 0, 4) !== '\x7fELF') throw new NotSharedObject('it is no ELF file');
  if (bytes[4] !== 2 || bytes[5] !== 1) throw new NotSharedObject('it is not 64-bit little-endian');
  const segmentTable = offsetAt(bytes, 32);
  const sectionTable = offsetAt(bytes, 40);
  const [segmentSize, segmentCount] = [bytes.readUInt16LE(54), bytes.readUInt16LE(56)];
  const [sectionSize, sectionCount] = [bytes.readUInt16LE(58), bytes.readUInt16LE(60)];
  // The table stands at the end of what linkers write.
  if (sectionTable + sectionCount * sectionSize > bytes.length) throw new NotSharedObject('it is cut off');
  return {
    type: bytes.readUInt16LE(16),
    machine: bytes.readUInt16LE(18),
    segments: Array.from({ length: segmentCount }, (_, index) => {
      const from = segmentTable + index * segmentSize;
      return { type: bytes.readUInt32LE(from), flags: bytes.readUInt32LE(from + 4) };
    }),
    sections: Array.from({ length: sectionCount }, (_, index) => {
      const from = sectionTable + index * sectionSize;
      return {
        type: bytes.readUInt32LE(from + 4),
        link: bytes.readUInt32LE(from + 40),
        offset: offsetAt(bytes, from + 24),
        size: offsetAt(bytes, from + 32),
      };
    }),
    bytes,
  };
}

/** The text at an offset of the string table that a section is linked with. */
export function stringOf({ bytes, sections }: Elf, { link }: Section, offset: number): string {
  const table = sections[link];
  if (table === undefined) throw new NotSharedObject(`it has no section ${link} with strings`);
  const start = table.offset + offset;
  const end = bytes.indexOf(0, start);
  if (start >= bytes.length || end < 0) throw new NotSharedObject('a name in it lies outside of the file');
  return bytes.toString('latin1', start, end);
}

/** A 64-bit offset, which is far below 2^53 in any file that fits into memory. */
export function offsetAt(bytes: Buffer, from: number): number {
  return Number(bytes.readBigUInt64LE(from));
}
