import { asBytes, type Bytes } from '../bytes.ts';
import type { Place } from '../place.ts';

/** A piece of configuration text and where its first line stands. */
export interface Segment {
  readonly text: Bytes;
  readonly origin: { readonly kind: 'file'; readonly path: string } | { readonly kind: 'stdin' };
}

/**
 * One line without its newline, or a run of lines that say nothing (comments at the first column, empty lines), which stay together: a
 * configuration is mostly those. `runsInto` is set where a file that does not end in a newline continues in the
 * next one.
 */
export interface SourceLine {
  readonly text: Bytes;
  readonly at: Place;
  readonly runsInto?: Place;
}

/**
 * The lines of several pieces of text joined without anything between them, as the server joins the matches of one glob, and a
 * file with its standard input (config.c, loadServerConfig). Each line knows the place of its first byte.
 */
export function linesOf(segments: readonly Segment[]): SourceLine[] {
  const lines: SourceLine[] = [];
  let open: SourceLine | null = null;
  for (const segment of segments) {
    if (segment.text === '') continue;
    const pieces = segment.text.split('\n');
    const last = pieces.pop() ?? '';
    for (let index = 0; index < pieces.length; ) {
      const piece = pieces[index] ?? '';
      const first = index++;
      if (open === null && isSilent(piece)) {
        while (index < pieces.length && isSilent(pieces[index] ?? '')) index++;
        lines.push({ text: asBytes(pieces.slice(first, index).join('\n')), at: placeIn(segment, first + 1) });
        continue;
      }
      lines.push(joined(open, piece, placeIn(segment, first + 1)));
      open = null;
    }
    if (last !== '') open = joined(open, last, placeIn(segment, pieces.length + 1));
  }
  if (open !== null) lines.push(open);
  return lines;
}

function joined(open: SourceLine | null, piece: string, at: Place): SourceLine {
  if (open === null) return { text: asBytes(piece), at };
  const text = asBytes(open.text + piece);
  const runsInto = open.runsInto ?? (piece.trim() === '' ? undefined : at);
  return { text, at: open.at, ...(runsInto && { runsInto }) };
}

function placeIn(segment: Segment, line: number): Place {
  return segment.origin.kind === 'file' ? { kind: 'file', path: segment.origin.path, line } : { kind: 'stdin', line };
}

/** Blank lines count only where nothing but the newline is there: the rest is the parser's to judge. */
function isSilent(piece: string): boolean {
  return piece === '' || piece.charCodeAt(0) === 0x23;
}
