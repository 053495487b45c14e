/**
 * A string in which each character stands for one byte (0..255), as the server sees text. Kept apart from ordinary
 * strings by its type, because the two look alike and must never be joined without a conversion.
 */
export type Bytes = string & { readonly __bytes: never };

const plainAscii = /^[\x00-\x7f]*$/;

/** The bytes of a string, in UTF-8; those of a path as pathOf() got them. */
export function bytesOf(text: string): Bytes {
  if (plainAscii.test(text)) return text as Bytes;
  if (!strayByte.test(text)) return Buffer.from(text, 'utf8').toString('latin1') as Bytes;
  return text
    .split(/([\udc80-\udcff])/u)
    .map((part) => (strayByte.test(part) ? byteOf(part) : bytesOf(part)))
    .join('') as Bytes;
}

/** A stray byte of a path: a lone half of a surrogate pair, which no text has. */
const strayByte = /[\udc80-\udcff]/u;

function byteOf(stray: string): string {
  return String.fromCharCode(stray.charCodeAt(0) - 0xdc00);
}

/**
 * The string behind the bytes of a path, from which bytesOf() makes exactly these bytes again: a byte that is not UTF-8
 * stands as half of a pair of surrogates, as Python does it (PEP 383). The kernel knows only bytes, and so does the
 * server.
 */
export function pathOf(bytes: Bytes): string {
  if (plainAscii.test(bytes)) return bytes;
  return bytes.replace(sequenceOrByte, (part) =>
    part.length > 1 ? textOf(asBytes(part)) : String.fromCharCode(0xdc00 + part.charCodeAt(0)),
  );
}

/** A character of UTF-8 that is more than a byte (RFC 3629, section 4), or else a byte that belongs to none. */
const sequenceOrByte = new RegExp(
  [
    '[\\xc2-\\xdf][\\x80-\\xbf]',
    '\\xe0[\\xa0-\\xbf][\\x80-\\xbf]',
    '[\\xe1-\\xec\\xee\\xef][\\x80-\\xbf]{2}',
    '\\xed[\\x80-\\x9f][\\x80-\\xbf]',
    '\\xf0[\\x90-\\xbf][\\x80-\\xbf]{2}',
    '[\\xf1-\\xf3][\\x80-\\xbf]{3}',
    '\\xf4[\\x80-\\x8f][\\x80-\\xbf]{2}',
    '[\\x80-\\xff]',
  ].join('|'),
  'g',
);

/**
 * The string behind bytes; what is not UTF-8 becomes U+FFFD, so this is for people, not for argv or the names of files.
 */
export function textOf(bytes: Bytes): string {
  return plainAscii.test(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8');
}

/** A string that is bytes already: pieces of other bytes, and plain ASCII of our own. */
export function asBytes(text: string): Bytes {
  return text as Bytes;
}

/**
 * Text that is safe on a terminal: control characters and stray bytes are shown as \xHH, so a file name cannot move the
 * cursor.
 */
export function printable(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\udc80-\udcff]/gu, (character) => {
    const code = (strayByte.test(character) ? byteOf(character) : character).charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}

/**
 * U+FEFF, which some editors and shells put in front of a text in UTF-8. To the server it is not a blank, but a part of
 * the first word.
 */
const MARK = '\xef\xbb\xbf';

/** The words for it in a message. */
export const HAS_MARK = 'begins with a byte order mark (U+FEFF)';

export function beginsWithMark(text: Bytes): boolean {
  return text.startsWith(MARK);
}

/** The first line (from 1) that begins with it once the server has trimmed it; null if there is none. */
export function lineWithMark(text: Bytes): number | null {
  // Most texts have none.
  if (!text.includes(MARK)) return null;
  const match = /(?:^|\n)[ \t\r]*\xef\xbb\xbf/.exec(text);
  return match === null ? null : text.slice(0, match.index + match[0].length).split('\n').length;
}

/** The message of an error, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
