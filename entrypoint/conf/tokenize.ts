import { asBytes, type Bytes } from '../bytes.ts';
import { currentGrammar, type Grammar } from './grammar.ts';

export type Tokens =
  | { readonly ok: true; readonly words: readonly Bytes[] }
  /** `column` counts from 1 and names the quote that is not closed, or the character that stands after a closing one. */
  | { readonly ok: false; readonly column: number; readonly problem: 'unclosed' | 'no-space-after-quote' };

/**
 * Splits one configuration line into words, as the server does (sdssplitargs in sds.c): double quotes know
 * \n \r \t \b \a \xHH and \c for any other c, single quotes only \', a quote may open inside a word, and a backslash outside quotes is
 * an ordinary character. What may follow a closing quote depends on the version of the server.
 */
export function tokenize(line: Bytes, grammar: Grammar = currentGrammar): Tokens {
  const words: Bytes[] = [];
  const isLossy = grammar.losesByte255 && line.includes(BYTE_255);
  for (let at = skipBlanks(line, 0); at < line.length; at = skipBlanks(line, at)) {
    let word = '';
    for (;;) {
      const start = at;
      while (!endsPlainRun(line.charCodeAt(at))) at++;
      word += isLossy ? line.slice(start, at).replaceAll(BYTE_255, '') : line.slice(start, at);
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

const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const BACKSLASH = 0x5c;
const BYTE_255 = '\xff';

function skipBlanks(line: string, from: number): number {
  let at = from;
  while (isSpace(line.charCodeAt(at))) at++;
  return at;
}

/** C's isspace in the C locale. NaN, the code past the end, is none. */
function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

/** What ends a run outside quotes: a quote, the end, and four blanks; a vertical tab or form feed inside a word does not. */
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
  for (let at = from; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === DOUBLE_QUOTE) return { text, end: at + 1 };
    const hex = code === BACKSLASH ? /^\\x([0-9a-fA-F]{2})/.exec(line.slice(at, at + 4)) : null;
    if (hex !== null) {
      text += String.fromCharCode(Number.parseInt(hex[1] ?? '', 16));
      at += 3;
      continue;
    }
    const isEscape = code === BACKSLASH && at + 1 < line.length;
    if (isEscape) at += 1;
    const character = line.charAt(at);
    if (isLossy && character === BYTE_255) continue;
    text += isEscape ? (ESCAPES[character] ?? character) : character;
  }
  return null;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };

function readSingle(line: string, from: number, isLossy: boolean): Quoted | null {
  let text = '';
  for (let at = from; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === SINGLE_QUOTE) return { text, end: at + 1 };
    if (code === BACKSLASH && line.charCodeAt(at + 1) === SINGLE_QUOTE) at += 1;
    if (!isLossy || line.charAt(at) !== BYTE_255) text += line.charAt(at);
  }
  return null;
}
