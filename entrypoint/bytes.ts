/**
 * A string in which each character stands for one byte (0..255), as the server sees text. Kept apart from ordinary
 * strings by its type, because the two look alike and must never be joined without a conversion.
 */
export type Bytes = string & { readonly __bytes: never };

const plainAscii = /^[\x00-\x7f]*$/;

/** The bytes of a string, in UTF-8. */
export function bytesOf(text: string): Bytes {
  return (plainAscii.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1')) as Bytes;
}

/** The string behind bytes; what is not UTF-8 becomes U+FFFD, so this is for people and for file names, not for argv. */
export function textOf(bytes: Bytes): string {
  return plainAscii.test(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8');
}

/** A string that is bytes already: pieces of other bytes, and plain ASCII of our own. */
export function asBytes(text: string): Bytes {
  return text as Bytes;
}

/** Text that is safe on a terminal: control characters are shown as \xHH, so a file name cannot move the cursor. */
export function printable(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}
