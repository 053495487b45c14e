import { type Bytes, bytesOf, textOf } from './bytes.ts';
import { hiddenFrom, hiddenFromMisspelled } from './secret-names.ts';

const REDACTED = '(redacted)';

/** Whether a directive's value is never shown. */
export function isSecretDirective(name: string): boolean {
  return firstHidden(name) !== null;
}

/**
 * The line with its secrets hidden, or null if it holds none. It looks at the raw text, not at its words: the line may be the very
 * one that cannot be split.
 */
export function redactLine(line: Bytes): string | null {
  const text = textOf(line);
  const plain = unquoted(text);
  const end = firstHidden(plain);
  if (end !== null) return `${plain.slice(0, end).trimEnd()} ${REDACTED}`;
  return hidesAsItStands(text, plain) ? REDACTED : null;
}

/** What is an escape in double quotes is plain text elsewhere. */
function hidesAsItStands(text: string, plain: string): boolean {
  return plain !== text && firstHidden(text) !== null;
}

/** A word or a text that a message names, with its secrets hidden; the bare name of one stays. */
export function withoutSecrets(text: string): string {
  return redactWords([bytesOf(text)]).join('');
}

/** Whether a variable's value names a secret. */
export function mentionsSecret(text: string): boolean {
  return hiddenFrom(unquoted(text)) !== null;
}

/** Words of a load line for people: what follows the name of a secret, or stands in one word with it, is hidden. */
export function redactWords(words: readonly Bytes[]): string[] {
  let isValue = false;
  return words.map((word) => {
    if (isValue) {
      isValue = false;
      return REDACTED;
    }
    const text = textOf(word);
    const plain = unquoted(text);
    const end = firstHidden(plain);
    if (end === null) return hidesAsItStands(text, plain) ? REDACTED : text;
    const rest = plain.slice(end);
    // `name=value`, `name value`, `>password` and `user:password@host` are whole; the rest of a longer name has its value in the next word.
    isValue = !/[=:\s]\S|^[<>]|@/.test(rest);
    return rest === '' ? text : `${plain.slice(0, end)}${rest.startsWith('=') ? '=' : ' '}${REDACTED}`.trimStart();
  });
}

function firstHidden(plain: string): number | null {
  const ends = [hiddenFrom(plain), hiddenFromMisspelled(plain)].filter((end) => end !== null);
  return ends.length === 0 ? null : Math.min(...ends);
}

/** The text as the server would read its words, whatever is quoted: no quotes, and escapes resolved. */
function unquoted(text: string): string {
  if (!['\\', '"', "'"].some((sign) => text.includes(sign))) return text;
  return text.replace(/\\(?:x([0-9a-f]{2})|([\s\S]))|["']/gi, (_, hex?: string, character?: string) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    return /[nrt]/.test(character ?? '') ? ' ' : (character ?? '');
  });
}
