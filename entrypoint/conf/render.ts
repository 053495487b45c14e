import { asBytes, type Bytes } from '../bytes.ts';

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
  const named = NAMED[byte];
  return named ?? `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

const NAMED: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
