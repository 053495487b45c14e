import { asBytes, type Bytes } from '../../entrypoint/text/bytes.ts';
import type { Spec } from './fake-tree.ts';

/** The first 64 bytes of an ELF file: a 64-bit shared object for x86-64 unless told otherwise. */
export function elf({
  bits = 64,
  type = 3,
  machine = 62,
}: {
  bits?: number;
  type?: number;
  machine?: number;
} = {}): Bytes {
  const head = Array.from({ length: 64 }, () => 0);
  head.splice(0, 7, 0x7f, 0x45, 0x4c, 0x46, bits === 64 ? 2 : 1, 1, 1);
  head[16] = type;
  head[18] = machine & 0xff;
  head[19] = machine >> 8;
  return asBytes(String.fromCharCode(...head));
}

/** A module file that the server would open. */
export function moduleFile(mode = 0o755): Spec {
  return { bytes: elf(), mode };
}
