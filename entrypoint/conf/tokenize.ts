import { asBytes, type Bytes } from '../text/bytes.ts';
import { isOlder } from '../text/names.ts';

type Tokens =
  | { readonly ok: true; readonly words: readonly Bytes[] }
  /**
   * `column` counts from 1 and names the quote that is not closed, or the character that stands after a closing one.
   */
  | { readonly ok: false; readonly column: number; readonly problem: 'unclosed' | 'no-space-after-quote' };

/**
 * Splits one configuration line into words, as the server does (sdssplitargs in sds.c): double quotes know \n \r \t \b
 * \a \xHH and \c for any other c, single quotes only \', a quote may open inside a word, and a backslash outside quotes
 * is an ordinary character. What may follow a closing quote depends on the version of the server.
 */
export function tokenize(line: Bytes, grammar: Grammar = currentGrammar): Tokens {
  const words: Bytes[] = [];
  const isLossy = grammar.losesByte255 && line.includes(BYTE_255);
  for (let at = skipBlanks(line, 0); at < line.length; at = skipBlanks(line, at)) {
    let word = '';
    for (;;) {
      const start = at;
      while (!endsPlainRun(line.charCodeAt(at))) at++;
      word += kept(line.slice(start, at), isLossy);
      const quote = line.charCodeAt(at);
      if (quote !== DOUBLE_QUOTE && quote !== SINGLE_QUOTE) break;
      const quoted = quote === DOUBLE_QUOTE ? readDouble(line, at + 1, isLossy) : readSingle(line, at + 1, isLossy);
      if (quoted === null) return { ok: false, column: at + 1, problem: 'unclosed' };
      at = quoted.end;
      word += quoted.text;
      if (grammar.mixesQuotes) continue;
      if (at < line.length && !isSpace(line.charCodeAt(at))) {
        return { ok: false, column: at + 1, problem: 'no-space-after-quote' };
      }
      break;
    }
    words.push(asBytes(word));
  }
  return { ok: true, words };
}

/** True for a line of words and blanks alone, without a quote or a byte that is lost. */
export function isPlain(line: Bytes, grammar: Grammar): boolean {
  return !line.includes('"') && !line.includes("'") && !(grammar.losesByte255 && line.includes(BYTE_255));
}

/** The first word of a plain line; null if it has none. */
export function firstPlainWord(line: Bytes): Bytes | null {
  const start = skipBlanks(line, 0);
  let end = start;
  while (!endsPlainRun(line.charCodeAt(end))) end++;
  return end === start ? null : asBytes(line.slice(start, end));
}

const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const BACKSLASH = 0x5c;
const BYTE_255 = '\xff';

function skipBlanks(line: string, from: number): number {
  let at = from;
  while (isSpace(line.charCodeAt(at))) at++;
  return at;
}

/** C's isspace in the C locale. NaN, the code past the end, is not one. */
function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

/** A quote, the end and four blanks end a run outside quotes; a vertical tab or form feed inside a word does not. */
function endsPlainRun(code: number): boolean {
  return (
    code === 0x20 ||
    code === 0x09 ||
    code === 0x0a ||
    code === 0x0d ||
    code === DOUBLE_QUOTE ||
    code === SINGLE_QUOTE ||
    Number.isNaN(code)
  );
}

interface Quoted {
  readonly text: string;
  readonly end: number;
}

function readDouble(line: string, from: number, isLossy: boolean): Quoted | null {
  let text = '';
  for (let at = from; at < line.length; ) {
    const start = at;
    at = runEnd(line, at, DOUBLE_QUOTE);
    text += kept(line.slice(start, at), isLossy);
    if (at >= line.length) return null;
    if (line.charCodeAt(at) === DOUBLE_QUOTE) return { text, end: at + 1 };
    const hex = /^\\x([0-9a-fA-F]{2})/.exec(line.slice(at, at + 4));
    if (hex !== null) {
      text += String.fromCharCode(Number.parseInt(hex[1] ?? '', 16));
      at += 4;
      continue;
    }
    // A backslash at the very end stands for itself, and the quote is not closed anyway.
    const character = line.charAt(at + 1);
    text += kept(ESCAPES[character] ?? character, isLossy);
    at += 2;
  }
  return null;
}

/**
 * The end of a run of ordinary characters inside quotes: at the quote that may close it, at a backslash, or the end.
 */
function runEnd(line: string, from: number, quote: number): number {
  let at = from;
  for (let code = line.charCodeAt(at); code !== quote && code !== BACKSLASH && at < line.length; ) {
    at += 1;
    code = line.charCodeAt(at);
  }
  return at;
}

/** The raw bytes that the server keeps. */
function kept(raw: string, isLossy: boolean): string {
  return isLossy ? raw.replaceAll(BYTE_255, '') : raw;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };

function readSingle(line: string, from: number, isLossy: boolean): Quoted | null {
  let text = '';
  for (let at = from; at < line.length; ) {
    const start = at;
    at = runEnd(line, at, SINGLE_QUOTE);
    text += kept(line.slice(start, at), isLossy);
    if (at >= line.length) return null;
    if (line.charCodeAt(at) === SINGLE_QUOTE) return { text, end: at + 1 };
    const isEscaped = line.charCodeAt(at + 1) === SINGLE_QUOTE;
    text += isEscaped ? "'" : '\\';
    at += isEscaped ? 2 : 1;
  }
  return null;
}

/** Differences between versions of the server in how a line is split into words. Each was measured on real servers. */
export interface Grammar {
  /** Since 9.0 quoted and unquoted pieces may follow each other in one word; before, a closing quote had to end it. */
  readonly mixesQuotes: boolean;
  /**
   * Since 8.1 a raw byte 255 disappears (its two-pass parser takes it for "nothing here"); written as \xff it stays.
   */
  readonly losesByte255: boolean;
}

/** The grammar of a server version; of the current one where the version is not known. */
export function grammarOf(version: string): Grammar {
  if (!/^\d+\.\d+/.test(version)) return currentGrammar;
  return { mixesQuotes: !isOlder(version, '9.0'), losesByte255: !isOlder(version, '8.1') };
}

export const currentGrammar: Grammar = { mixesQuotes: true, losesByte255: true };

/**
 * One word in the server's quoting, such that tokenize() gives back exactly these bytes. Plain words stay as they are;
 * everything else goes into double quotes with only ASCII in it, so the result survives argv as well as a file.
 */
export function renderWord(word: Bytes): Bytes {
  if (/^[A-Za-z0-9_\-./:,=+@%~*?[\]{}()<>!$&|;^]+$/.test(word)) return word;
  return asBytes(`"${word.replace(/[^ !#-[\]-~]/g, escapeByte)}"`);
}

/** One configuration line (without its newline): the words, quoted where they must be, joined by one blank. */
export function renderLine(words: readonly Bytes[]): Bytes {
  return asBytes(words.map(renderWord).join(' '));
}

function escapeByte(byte: string): string {
  const named = NAMED_ESCAPES[byte];
  return named ?? `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

const NAMED_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};
