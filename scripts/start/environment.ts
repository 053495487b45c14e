import { bytesOf } from '../../entrypoint/text/bytes.ts';
import { redactLine, redactWords } from '../../entrypoint/text/secrets.ts';
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

/** `NAME=value` for people: what is or may hold a secret is shown as `NAME=(set)`. */
export function showVariable({ name, value }: EnvironmentVariable): string {
  return `${name}=${value !== '' && (hidesSecret(name) || hidesSecret(value)) ? '(set)' : value}`;
}

/** As the entrypoint judges a line; and more that may be one by its looks: an ACL rule alone, a path of secrets, a private key. */
function hidesSecret(text: string): boolean {
  return redactLine(bytesOf(text)) !== null || /private|secret|(^|[\s'"])[>#<!]\S/i.test(text);
}

/** Load arguments for people, without their secrets. */
export function showArguments(args: readonly string[]): string {
  return redactWords(args.map(bytesOf))
    .map((arg, index) => (/private/i.test(args[index - 1] ?? '') ? '(redacted)' : arg))
    .map((arg) => (arg === '' || /\s/.test(arg) ? JSON.stringify(arg) : arg))
    .join(' ');
}
