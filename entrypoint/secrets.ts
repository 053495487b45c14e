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

/**
 * The line with its secrets hidden, or null if it holds none. It looks at the raw text, not at its words: the line may be the very
 * one that cannot be split.
 */
export function redactLine(line: Bytes): string | null {
  const text = textOf(line);
  const match = /^[\s'"]*(?:--)?([^\s'"]+)/.exec(text);
  const name = match?.[1]?.toLowerCase() ?? '';
  if (isSecretDirective(name)) return `${match?.[0] ?? name} ${REDACTED}`;
  const argument = /^(.*\bsearch_bind_passwd)\b/.exec(text);
  if (argument !== null) return `${argument[1]} ${REDACTED}`;
  if (name === 'user') return text.replace(/(^|[\s'"])([>#<!])\S+/g, `$1$2${REDACTED}`);
  if (name === 'sentinel') return /auth-pass|sentinel-pass/i.test(text) ? `sentinel ${REDACTED}` : null;
  return null;
}

/** One directive as text for people: `name value ...`, secrets hidden. */
export function showDirective(name: Bytes, args: readonly Bytes[]): string {
  const shownName = textOf(name);
  if (isSecretDirective(shownName)) return `${shownName} ${REDACTED}`;
  return [shownName, ...args.map(textOf)].join(' ');
}
