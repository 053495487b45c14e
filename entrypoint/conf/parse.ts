import { refuse } from '../diagnostics/diagnostic.ts';
import { asBytes, type Bytes } from '../text/bytes.ts';
import { frame, type Place } from '../text/place.ts';
import { currentGrammar, firstPlainWord, type Grammar, isPlain, tokenize } from './tokenize.ts';

/** A line that says something. `name` is in lower case, as the server compares names; `args` are the words after it. */
export interface Directive {
  readonly name: Bytes;
  readonly args: readonly Bytes[];
  readonly line: SourceLine;
}

/**
 * Reads one line as the server does (config.c, loadServerConfigFromString): trimmed, empty lines and lines that begin
 * with `#` say nothing, there are no comments behind a directive. Null for a line that says nothing; refuses VB105 for
 * unbalanced quotes, VB107 for an include or loadmodule with the wrong number of words.
 */
export function parseLine(line: SourceLine, grammar: Grammar = currentGrammar): Directive | null {
  const trimmed = trim(line.text);
  if (trimmed === '' || trimmed.charCodeAt(0) === HASH) return null;
  if (isPlain(trimmed, grammar)) {
    const plainName = firstPlainWord(trimmed);
    if (plainName === null) return null;
    const directive = new PlainDirective(lowerCase(plainName), line, trimmed, grammar);
    checkWordCount(directive);
    return directive;
  }
  const tokens = tokenize(trimmed, grammar);
  if (!tokens.ok) {
    const column = line.text.indexOf(trimmed) + tokens.column;
    const problem =
      tokens.problem === 'unclosed' ? 'a quote is not closed' : 'a closing quote is not followed by a blank';
    throw refuse('VB105', problem, { at: line.at, column, frame: frame(line.text, column) });
  }
  const [name] = tokens.words;
  if (name === undefined) return null;
  const directive = { name: lowerCase(name), args: tokens.words.slice(1), line };
  checkWordCount(directive);
  return directive;
}

const HASH = 0x23;

/** A plain line, cut into words only when they are needed: of a long configuration few are. */
class PlainDirective implements Directive {
  readonly name: Bytes;
  readonly line: SourceLine;
  readonly #trimmed: Bytes;
  readonly #grammar: Grammar;
  #args: readonly Bytes[] | null = null;

  constructor(name: Bytes, line: SourceLine, trimmed: Bytes, grammar: Grammar) {
    this.name = name;
    this.line = line;
    this.#trimmed = trimmed;
    this.#grammar = grammar;
  }

  get args(): readonly Bytes[] {
    if (this.#args === null) {
      const tokens = tokenize(this.#trimmed, this.#grammar);
      this.#args = tokens.ok ? tokens.words.slice(1) : [];
    }
    return this.#args;
  }
}

/**
 * sdstrim(line, " \t\r\n"): unlike isspace it leaves vertical tabs and form feeds, and bytes beyond ASCII are not
 * blanks.
 */
export function trim(text: Bytes): Bytes {
  let from = 0;
  let to = text.length;
  while (from < to && isTrimmed(text.charCodeAt(from))) from++;
  while (to > from && isTrimmed(text.charCodeAt(to - 1))) to--;
  return asBytes(text.slice(from, to));
}

function isTrimmed(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a;
}

/** Lower case of ASCII letters only: bytes above 127 are not letters to the server. */
function lowerCase(name: Bytes): Bytes {
  let at = 0;
  while (at < name.length && !isUpperCase(name.charCodeAt(at))) at++;
  if (at === name.length) return name;
  return asBytes(name.replace(/[A-Z]/g, (letter) => letter.toLowerCase()));
}

function isUpperCase(code: number): boolean {
  return code >= 0x41 && code <= 0x5a;
}

function checkWordCount(directive: Directive): void {
  const { name, line } = directive;
  if (name !== 'include' && name !== 'loadmodule') return;
  const { args } = directive;
  if (name === 'include' ? args.length === 1 : args.length > 0) return;
  const details = { at: line.at, frame: frame(line.text) };
  if (name === 'include') {
    throw refuse('VB107', `include takes exactly one path, got ${args.length} words`, {
      ...details,
      hint: args.length === 0 ? 'Name the file.' : 'Put quotes around a path with blanks; use one include line a file.',
    });
  }
  throw refuse('VB107', 'loadmodule names no module', {
    ...details,
    hint: 'Write loadmodule <path> [argument ...].',
  });
}

/** A piece of configuration text and where its first line stands. */
export interface Segment {
  readonly text: Bytes;
  readonly origin: { readonly kind: 'file'; readonly path: string } | { readonly kind: 'stdin' };
}

/**
 * One line without its newline, or a run of lines that say nothing (comments at the first column, empty lines), which
 * stay together: a configuration is mostly those. `runsInto` is set where a file that does not end in a newline
 * continues in the next one.
 */
export interface SourceLine {
  readonly text: Bytes;
  readonly at: Place;
  readonly runsInto?: Place;
}

/**
 * The lines of several pieces of text joined without anything between them, as the server joins the matches of one
 * glob, and a file with its standard input (config.c, loadServerConfig). Each line knows the place of its first byte.
 */
export function sourceLines(segments: readonly Segment[]): SourceLine[] {
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
 * The lines from here on that say nothing, each with its newline, or null where the first one may say something. Blank
 * lines count only where nothing but the newline is there: the rest is the parser's to judge.
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

const NEWLINE = 0x0a;

function joined(open: SourceLine, piece: SourceLine): SourceLine {
  const text = asBytes(open.text + piece.text);
  const runsInto = open.runsInto ?? (trim(piece.text) === '' ? undefined : piece.at);
  return { text, at: open.at, ...(runsInto && { runsInto }) };
}

/** A line of one piece. Its place is made only when it is needed, which is rare. */
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
