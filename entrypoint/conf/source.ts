import { asBytes, type Bytes } from '../bytes.ts';
import type { Place } from '../place.ts';
import { trim } from './parse.ts';

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
    const { text } = segment;
    for (let from = 0, line = 1; from < text.length; ) {
      const run = open === null ? silentRun(text, from) : null;
      if (run !== null) {
        lines.push(new WholeLine(asBytes(text.slice(from, run.end - 1)), segment, line));
        from = run.end;
        line += run.lines;
        continue;
      }
      const newline = text.indexOf('\n', from);
      const piece = new WholeLine(asBytes(text.slice(from, newline < 0 ? text.length : newline)), segment, line);
      const whole: SourceLine = open === null ? piece : joined(open, piece);
      open = newline < 0 ? whole : null;
      if (newline < 0) break;
      lines.push(whole);
      from = newline + 1;
      line += 1;
    }
  }
  if (open !== null) lines.push(open);
  return lines;
}

/**
 * The lines from here on that say nothing, each with its newline, or null where the first one may say something. Blank lines count only
 * where nothing but the newline is there: the rest is the parser's to judge.
 */
function silentRun(text: string, from: number): { end: number; lines: number } | null {
  let end = from;
  let lines = 0;
  for (let code = text.charCodeAt(end); code === HASH || code === NEWLINE; code = text.charCodeAt(end)) {
    const newline = text.indexOf('\n', end);
    if (newline < 0) break;
    end = newline + 1;
    lines += 1;
  }
  return lines === 0 ? null : { end, lines };
}

const HASH = 0x23;
const NEWLINE = 0x0a;

function joined(open: SourceLine, piece: SourceLine): SourceLine {
  const text = asBytes(open.text + piece.text);
  const runsInto = open.runsInto ?? (trim(piece.text) === '' ? undefined : piece.at);
  return { text, at: open.at, ...(runsInto && { runsInto }) };
}

/** A line of one piece. Hardly any line is ever asked for its place. */
class WholeLine implements SourceLine {
  readonly text: Bytes;
  readonly #segment: Segment;
  readonly #line: number;

  constructor(text: Bytes, segment: Segment, line: number) {
    this.text = text;
    this.#segment = segment;
    this.#line = line;
  }

  get at(): Place {
    const { origin } = this.#segment;
    const line = this.#line;
    return origin.kind === 'file' ? { kind: 'file', path: origin.path, line } : { kind: 'stdin', line };
  }
}
