import { asBytes, type Bytes } from '../bytes.ts';

export type Tokens =
  | { readonly ok: true; readonly words: readonly Bytes[] }
  /** `column` counts from 1 and names the quote that is not closed, or the character that stands after a closing one. */
  | { readonly ok: false; readonly column: number; readonly problem: 'unclosed' | 'no-space-after-quote' };

/**
 * Splits one configuration line into words, as the server does (sdssplitargs in sds.c): double quotes know
 * \n \r \t \b \a \xHH and \c for any other c, single quotes only \', a closing quote ends the word and must be followed by a
 * blank or the end, a quote may open inside a word, and a backslash outside quotes is an ordinary character.
 */
export function tokenize(line: Bytes): Tokens {
  const words: Bytes[] = [];
  let at = 0;
  for (;;) {
    while (isSpace(line.charCodeAt(at))) at++;
    if (at >= line.length) return { ok: true, words };
    const start = at;
    while (!endsPlainRun(line.charCodeAt(at))) at++;
    const plain = line.slice(start, at);
    const quote = line.charCodeAt(at);
    if (quote !== DOUBLE_QUOTE && quote !== SINGLE_QUOTE) {
      words.push(asBytes(plain));
      continue;
    }
    const quoted = quote === DOUBLE_QUOTE ? readDouble(line, at + 1) : readSingle(line, at + 1);
    if (quoted === null) return { ok: false, column: at + 1, problem: 'unclosed' };
    at = quoted.end;
    if (at < line.length && !isSpace(line.charCodeAt(at))) {
      return { ok: false, column: at + 1, problem: 'no-space-after-quote' };
    }
    words.push(asBytes(plain + quoted.text));
  }
}

const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const BACKSLASH = 0x5c;

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

function readDouble(line: string, from: number): Quoted | null {
  let text = '';
  for (let at = from; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === DOUBLE_QUOTE) return { text, end: at + 1 };
    if (code !== BACKSLASH || at + 1 >= line.length) {
      text += line[at];
      continue;
    }
    const hex = /^[0-9a-fA-F]{2}$/.exec(line.slice(at + 2, at + 4));
    if (line[at + 1] === 'x' && hex !== null) {
      text += String.fromCharCode(Number.parseInt(hex[0], 16));
      at += 3;
    } else {
      const escaped = line[at + 1] ?? '';
      text += ESCAPES[escaped] ?? escaped;
      at += 1;
    }
  }
  return null;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };

function readSingle(line: string, from: number): Quoted | null {
  let text = '';
  for (let at = from; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === SINGLE_QUOTE) return { text, end: at + 1 };
    if (code === BACKSLASH && line.charCodeAt(at + 1) === SINGLE_QUOTE) at += 1;
    text += line[at];
  }
  return null;
}
