import { type Bytes, bytesOf, textOf } from './bytes.ts';
import { editDistance } from './names.ts';

const REDACTED = '(redacted)';

/** True if a directive's value is never shown. */
export function isSecretDirective(name: string): boolean {
  return firstHidden(name) !== null;
}

/**
 * The line with its secrets hidden, or null if it holds none. It looks at the raw text, not at its words: the line may
 * be the very one that cannot be split.
 */
export function redactLine(line: Bytes): string | null {
  const text = textOf(line);
  const plain = unquoted(text);
  const end = firstHidden(plain);
  if (end !== null) return `${plain.slice(0, end).trimEnd()} ${REDACTED}`;
  return hidesAsItStands(text, plain) ? REDACTED : null;
}

/** An escape in double quotes is plain text elsewhere, so the text is also looked at as it stands. */
function hidesAsItStands(text: string, plain: string): boolean {
  return plain !== text && firstHidden(text) !== null;
}

/** A word or a text that a message names, with its secrets hidden; the bare name of one stays. */
export function withoutSecrets(text: string): string {
  return redactWords([bytesOf(text)]).join('');
}

/** True if a variable's value names a secret. */
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
    // `name=value`, `name value`, `>password` and `user:password@host` are whole; the rest of a longer name has its
    // value in the next word.
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

/** Directives whose value is a secret, by their lower-case name. */
const SECRET_DIRECTIVES = [
  'requirepass',
  'primaryauth',
  'masterauth',
  'tls-key-file-pass',
  'tls-client-key-file-pass',
  'search_bind_passwd',
];

/**
 * The position in a text from which it must be hidden: behind the first name of a secret, or behind something that
 * looks like one. Null if nothing must be hidden. The text may be any line or word, even one that cannot be split or
 * that ran into another.
 */
function hiddenFrom(text: string): number | null {
  if (!mayHide(text)) return null;
  const ends = [
    behind(KNOWN, text),
    behindName(text),
    behind(USER, text) ?? behind(USER_WITHIN, text),
    behind(ACL_PASSWORD, text),
    behindScheme(text),
  ].filter((end) => end !== null);
  return ends.length === 0 ? null : Math.min(...ends);
}

/** Each pattern below needs one of these. Most texts have none, and a pattern that never runs is never compiled. */
const CLUES = ['pas', 'pw', 'auth', 'secret', 'credential', 'token', 'api', 'user', '<', '>', '@'];

function mayHide(text: string): boolean {
  const folded = text.toLowerCase();
  return CLUES.some((clue) => folded.includes(clue));
}

/** The same for a misspelled name of a secret directive. It costs more, so it is used only for text that is shown. */
function hiddenFromMisspelled(text: string): number | null {
  if (text.length < SHORTEST - NEAR) return null;
  for (const match of text.matchAll(/[\w.-]+/g)) {
    const name = match[0].replace(/^(?:-+|\d+|ldap\.)+/, '').toLowerCase();
    if (SECRET_DIRECTIVES.some((secret) => isNear(name, secret))) return match.index + match[0].length;
  }
  return null;
}

const SHORTEST = Math.min(...SECRET_DIRECTIVES.map((name) => name.length));
const KNOWN = new RegExp(SECRET_DIRECTIVES.join('|'), 'i');

/**
 * Parts of names of secrets, in their spellings. Of the modules' documented options only secrets have one in their
 * name.
 */
const NAME = /pas+(?:wo?r?d|phrase)?|pwd|pw(?![a-z])|secret|credential|token|api[-_]?key/i;

/** `user` at the head of a line, and the user's name. */
const USER = /^[\s#]*(?:--)?user(?=\s+\S)(?:\s+[\w.@-]+(?!\S))?/i;

/** The same behind something else, where two words or a sign of a password follow; `auth-user` is another directive. */
const USER_WITHIN = /(?<!\w[-_])user(?=\s+(?:\S+\s+\S|\S*[<>#!]))(?:\s+[\w.@-]+(?!\S))?/i;

/** A word of an ACL rule that adds or takes a password, but not `<placeholder>`. */
const ACL_PASSWORD = /(?<!\S)(?=>|<(?!\S*>))/;

/** The longest edit that still means a name: two characters that changed places are two. */
const NEAR = 2;

function isNear(name: string, secret: string): boolean {
  if (Math.abs(name.length - secret.length) > NEAR) return false;
  // Cheap, and excludes nearly every other name.
  const strange = [...name].filter((letter) => !secret.includes(letter)).length;
  return strange <= NEAR && editDistance(name, secret) <= NEAR;
}

function behind(pattern: RegExp, text: string): number | null {
  const match = pattern.exec(text);
  return match === null ? null : match.index + match[0].length;
}

/** In a path (`/run/secrets/valkey.conf`) it is not a name, so the path is shown, but not what stands behind it. */
function behindName(text: string): number | null {
  const match = NAME.exec(text);
  if (match === null) return null;
  const end = match.index + match[0].length;
  const begun = text.slice(0, match.index).split(/\s/).at(-1) ?? '';
  const [rest = ''] = text.slice(end).split(/\s/, 1);
  if (!begun.includes('/') || rest.includes('=')) return end;
  const wordEnd = end + rest.length;
  return text.slice(wordEnd).trim() === '' ? null : wordEnd;
}

/** The user part of a URL, before the host. One pass, since a list of servers may be long. */
function behindScheme(text: string): number | null {
  if (!text.includes('@')) return null;
  let begun: number | null = null;
  for (const { 0: found, index } of text.matchAll(/:\/\/|@|\s/g)) {
    if (found === '@' && begun !== null) return begun;
    if (found === '://') begun ??= index + found.length;
    else begun = null;
  }
  return null;
}
