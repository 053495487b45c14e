import { usageError } from './start-error.ts';

export type EnvironmentVariable = Readonly<{ name: string; value: string }>;

/**
 * One `-e` as docker reads it: `NAME=value`, or `NAME` with the caller's value (`unset` if the caller has none).
 * A message never shows the value: it may be a password.
 */
export function readVariable(given: string, env: NodeJS.ProcessEnv): EnvironmentVariable | { unset: string } {
  const equals = given.indexOf('=');
  const name = equals === -1 ? given : given.slice(0, equals);
  if (name === '') {
    const got = equals === -1 ? 'nothing' : '"=..."';
    throw usageError(
      `-e needs a variable's name, got ${got}`,
      'Write -e NAME=value, or -e NAME to pass your own value on.',
    );
  }
  if (/[\s\p{Cc}]/u.test(name)) {
    throw usageError(
      `-e: a variable's name has no spaces or control characters, got ${JSON.stringify(name)}`,
      'Quote the value, not the name: -e NAME="first second".',
    );
  }
  if (equals !== -1) return { name, value: given.slice(equals + 1) };
  const value = env[name];
  return value === undefined ? { unset: name } : { name, value };
}

const SECRET_WORD = /pass(word|wd|phrase|$|[^a-z])|(primary|master)auth|secret|token|credential|private|api[-_]?key/i;
/** A password of an ACL rule: `user default on >password`, or its hash. */
const ACL_PASSWORD = /(^|[\s'"])[>#<!]\S/;

/** `NAME=value` for people: what is or may hold a secret is shown as `NAME=(set)`. */
export function showVariable({ name, value }: EnvironmentVariable): string {
  const hidden = value !== '' && (SECRET_WORD.test(name) || SECRET_WORD.test(value) || ACL_PASSWORD.test(value));
  return `${name}=${hidden ? '(set)' : value}`;
}

/** Load arguments for people: the word after one that names a secret is hidden. */
export function showArguments(args: readonly string[]): string {
  return args
    .map((arg, index) => (SECRET_WORD.test(args[index - 1] ?? '') ? '(hidden)' : arg))
    .map((arg) => (arg === '' || /\s/.test(arg) ? JSON.stringify(arg) : arg))
    .join(' ');
}
