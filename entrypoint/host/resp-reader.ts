import { asBytes, printable, textOf } from '../bytes.ts';
import type { Reply } from '../host.ts';

/** An array whose elements are not all there yet. */
interface Open {
  readonly items: Reply[];
  readonly size: number;
}

/** The longest line: a number, an error, a status. What is longer comes from something else. */
const LINE_MAX = 65_536;
/** proto-max-bulk-len, and more elements than any reply has that the tool asks for. */
const BULK_MAX = 512 * 1024 * 1024;
const ARRAY_MAX = 1024 * 1024;

/**
 * Reads RESP2: returns the replies that a piece of the stream completes. No element is read twice, however the stream is cut. Throws Error where
 * it is no server that speaks.
 */
export function replyReader(): (piece: Buffer) => readonly Reply[] {
  let pieces: Buffer[] = [];
  let length = 0;
  let needed = 1;
  const open: Open[] = [];

  return (piece) => {
    pieces.push(piece);
    length += piece.length;
    if (length < needed) return [];
    const buffer = Buffer.concat(pieces);
    const replies: Reply[] = [];
    let at = 0;
    for (;;) {
      const element = readElement(buffer, at);
      if (typeof element === 'number') {
        needed = element;
        break;
      }
      at = element.end;
      let done: Reply | Open = element.value;
      // An element may end its array, and that the one around it.
      for (;;) {
        if (isOpen(done)) {
          open.push(done);
          if (done.size > 0) break;
          open.pop();
          done = done.items;
        }
        const around: Open | undefined = open.at(-1);
        if (around === undefined) {
          replies.push(done);
          break;
        }
        around.items.push(done);
        if (around.items.length < around.size) break;
        open.pop();
        done = around.items;
      }
    }
    const rest = buffer.subarray(at);
    pieces = rest.length === 0 ? [] : [rest];
    length = rest.length;
    return replies;
  };
}

function isOpen(value: Reply | Open): value is Open {
  return typeof value === 'object' && value !== null && 'items' in value;
}

/** The element that begins there and where it ends, or how many bytes it takes from there at least. */
function readElement(buffer: Buffer, at: number): { readonly value: Reply | Open; readonly end: number } | number {
  const lineEnd = buffer.indexOf('\r\n', at, 'latin1');
  const isLong = (lineEnd < 0 ? buffer.length : lineEnd) - at > LINE_MAX;
  const type = String.fromCharCode(buffer[at] ?? 0);
  if (at < buffer.length && (!'+-:$*'.includes(type) || isLong)) throw noReply(buffer, at);
  if (lineEnd < 0) return buffer.length - at + 1;
  const line = asBytes(buffer.toString('latin1', at + 1, lineEnd));
  const end = lineEnd + 2;
  if (type === '+') return { value: line, end };
  if (type === '-') return { value: { kind: 'error', message: textOf(line) }, end };
  const number = /^-?\d+$/.test(line) ? Number(line) : Number.NaN;
  if (type === ':' && Number.isFinite(number)) return { value: number, end };
  if (type !== ':' && number === -1) return { value: null, end };
  if (type === '*' && number >= 0 && number <= ARRAY_MAX) return { value: { items: [], size: number }, end };
  if (type !== '$' || !(number >= 0 && number <= BULK_MAX)) throw noReply(buffer, at);
  if (buffer.length < end + number + 2) return end - at + number + 2;
  if (buffer.toString('latin1', end + number, end + number + 2) !== '\r\n') throw noReply(buffer, at);
  return { value: asBytes(buffer.toString('latin1', end, end + number)), end: end + number + 2 };
}

function noReply(buffer: Buffer, at: number): Error {
  return new Error(`no reply of a server: "${printable(buffer.toString('latin1', at, at + 40))}"`);
}
