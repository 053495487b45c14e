import { editDistance } from './modules/naming.ts';

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
 * Where in a text what must be hidden begins: behind the first name of a secret, or behind something that is one by its looks. Null if
 * nothing does. The text may be any line or word, also one that cannot be split, or one that ran into another.
 */
export function hiddenFrom(text: string): number | null {
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

/** What each of the patterns below needs. Most texts have nothing of it, and a pattern that never ran never had to be compiled. */
const CLUES = ['pas', 'pw', 'auth', 'secret', 'credential', 'token', 'api', 'user', '<', '>', '@'];

function mayHide(text: string): boolean {
  const folded = text.toLowerCase();
  return CLUES.some((clue) => folded.includes(clue));
}

/** The same for a misspelled name of a secret directive. It costs more, so only what is shown is asked for it. */
export function hiddenFromMisspelled(text: string): number | null {
  if (text.length < SHORTEST - NEAR) return null;
  for (const match of text.matchAll(/[\w.-]+/g)) {
    const name = match[0].replace(/^(?:-+|\d+|ldap\.)+/, '').toLowerCase();
    if (SECRET_DIRECTIVES.some((secret) => isNear(name, secret))) return match.index + match[0].length;
  }
  return null;
}

const SHORTEST = Math.min(...SECRET_DIRECTIVES.map((name) => name.length));
const KNOWN = new RegExp(SECRET_DIRECTIVES.join('|'), 'i');

/** What names of secrets have in them, in many a spelling. No option of a module that has a manifest has it in its name, but a secret. */
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
  // Cheap, and true of hardly any other name.
  const strange = [...name].filter((letter) => !secret.includes(letter)).length;
  return strange <= NEAR && editDistance(name, secret) <= NEAR;
}

function behind(pattern: RegExp, text: string): number | null {
  const match = pattern.exec(text);
  return match === null ? null : match.index + match[0].length;
}

/** In a path (`/run/secrets/valkey.conf`) it is no name, so the path is shown; what stands behind it is not. */
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

/** What stands before the host in a URL. One pass, since a list of servers may be long. */
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
