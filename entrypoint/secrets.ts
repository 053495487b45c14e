import { type Bytes, textOf } from './bytes.ts';

const REDACTED = '(redacted)';

/** Directives whose value is a secret, by their lower-case name. */
const SECRET_DIRECTIVES: ReadonlySet<string> = new Set([
  'requirepass',
  'primaryauth',
  'masterauth',
  'tls-key-file-pass',
  'tls-client-key-file-pass',
  'ldap.search_bind_passwd',
]);

/** Whether a directive's value is never shown. */
export function isSecretDirective(name: string): boolean {
  return SECRET_DIRECTIVES.has(name.toLowerCase());
}

/** Any of the names, and what stands behind it: in a line that cannot be split, or where one line ran into another. */
const SECRET_NAME = new RegExp(
  `(${[...SECRET_DIRECTIVES].map((name) => name.replace('ldap.', '')).join('|')})[\\s\\S]*$`,
  'i',
);

/**
 * The line with its secrets hidden, or null if it holds none. It looks at the raw text, not at its words: the line may be the very
 * one that cannot be split.
 */
export function redactLine(line: Bytes): string | null {
  const text = textOf(line);
  const match = SECRET_NAME.exec(text);
  if (match !== null) return `${text.slice(0, match.index)}${match[1]} ${REDACTED}`;
  // A quote may open inside a word, so the name is looked for without quotes too.
  const [name = '', second = ''] = text
    .replace(/['"]/g, '')
    .replace(/^[\s#]*(--)?/, '')
    .toLowerCase()
    .split(/\s+/);
  if (isSecretDirective(name)) return `${name} ${REDACTED}`;
  if (name === 'user') return `user ${second} ${REDACTED}`;
  return name === 'sentinel' && /auth-pass|sentinel-pass/i.test(text) ? `sentinel ${REDACTED}` : null;
}

/** Whether a variable's value names a secret. */
export function mentionsSecret(text: string): boolean {
  return SECRET_NAME.test(text);
}

/** Words of a load line for people: what follows the name of a secret, or stands in one word with it, is hidden. */
export function redactWords(words: readonly Bytes[]): string[] {
  return words.map((word, index) => {
    const before = words[index - 1];
    if (before !== undefined && mentionsSecret(before) && !before.includes('=')) return REDACTED;
    return mentionsSecret(word) && word.includes('=') ? textOf(word).replace(/=.*$/s, `=${REDACTED}`) : textOf(word);
  });
}
