import type { Bytes } from './bytes.ts';

/** U+FEFF, which some editors and shells put in front of a text in UTF-8. To the server it is no blank, but a part of the first word. */
const MARK = '\xef\xbb\xbf';

/** What a message says of it. */
export const HAS_MARK = 'begins with a byte order mark (U+FEFF)';

export function beginsWithMark(text: Bytes): boolean {
  return text.startsWith(MARK);
}

/** The first line (from 1) that begins with it once the server has trimmed it; null where there is none. */
export function lineWithMark(text: Bytes): number | null {
  // Hardly any text has one.
  if (!text.includes(MARK)) return null;
  const match = /(?:^|\n)[ \t\r]*\xef\xbb\xbf/.exec(text);
  return match === null ? null : text.slice(0, match.index + match[0].length).split('\n').length;
}
