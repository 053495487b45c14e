import { bytesOf } from '../../entrypoint/text/bytes.ts';

/** What stands at a path of a container: text, or one of the other kinds of file. The owner is root unless it is said. */
type FileEntry = string | (Owned & (TextFile | { readonly directory: true } | { readonly linkTo: string }));

interface Owned {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

interface TextFile {
  readonly text: string | Buffer;
}

/** Files by absolute path. A directory has to be named before what is in it, unless the image has it. */
export type Files = Readonly<Record<string, FileEntry>>;

/** The archive that the engine unpacks into a container: ustar, one header of 512 bytes before each file. */
export function tarOf(files: Files): Buffer {
  const blocks = Object.entries(files).flatMap(([path, entry]) => entryBlocks(path, entry));
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

const BLOCK = 512;

function entryBlocks(path: string, entry: FileEntry): Buffer[] {
  const file = typeof entry === 'string' ? { text: entry } : entry;
  const owner = { uid: file.uid ?? 0, gid: file.gid ?? file.uid ?? 0 };
  if ('directory' in file) return [header(path, { ...owner, mode: file.mode ?? 0o755, size: 0, type: '5', link: '' })];
  if ('linkTo' in file) return [header(path, { ...owner, mode: 0o777, size: 0, type: '2', link: file.linkTo })];
  const body = Buffer.from(file.text);
  const padding = Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK);
  return [header(path, { ...owner, mode: file.mode ?? 0o644, size: body.length, type: '0', link: '' }), body, padding];
}

interface Header {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly type: '0' | '2' | '5';
  readonly link: string;
}

function header(path: string, { mode, uid, gid, size, type, link }: Header): Buffer {
  const name = Buffer.from(bytesOf(path.replace(/^\/+/, '')), 'latin1');
  if (name.length > 99 || link.length > 99) throw new Error(`the name is too long for the archive: ${path}`);
  const block = Buffer.alloc(BLOCK);
  name.copy(block);
  block.write(octal(mode, 7), 100);
  block.write(octal(uid, 7), 108);
  block.write(octal(gid, 7), 116);
  block.write(octal(size, 11), 124);
  block.write(octal(0, 11), 136);
  block.write(' '.repeat(8), 148);
  block.write(type, 156);
  block.write(link, 157);
  block.write('ustar\x0000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\0 `, 148);
  return block;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}
