import { type Bytes, bytesOf } from './bytes.ts';
import { type Diagnostic, diagnose, refuse } from './diagnostics.ts';
import type { Environment } from './environment.ts';
import type { Reader } from './host.ts';
import type { ExtraDirective } from './modules/merge.ts';
import type { Settings } from './modules/settings.ts';
import { type Place, showPlace } from './place.ts';

/**
 * `requirepass` and `primaryauth` from VALKEY_PASSWORD or VALKEY_PASSWORD_FILE, where nothing else sets another password. Refuses VB205 for
 * a file that cannot be used, VB206 for two passwords, VB212 for an empty one; warns VB209 where another one wins.
 */
export function passwordDirectives(
  host: Pick<Reader, 'readSmall'>,
  env: Environment,
  settings: Settings,
): { directives: ExtraDirective[]; warnings: Diagnostic[] } {
  const password = readPassword(host, env);
  if (password === null) return { directives: [], warnings: [] };
  const at = { kind: 'variable', name: password.variable } as const;
  const set = ['requirepass', 'primaryauth', 'masterauth'].flatMap((name) => settings.get(name) ?? []);
  // Both or neither: a node that takes one password and offers another could not replicate.
  const other = set.find((setting) => setting.args[0] !== password.value);
  if (other !== undefined) {
    const message = `${other.directive.name} is set at ${showPlace(other.at)}, so ${password.variable} is not used`;
    return { directives: [], warnings: [diagnose('VB209', message, { at })] };
  }
  const missing = [['requirepass'], ['primaryauth', 'masterauth']].filter(
    (names) => !names.some((name) => settings.has(name)),
  );
  const directives = missing.map(([name = '']) => ({ name: bytesOf(name), value: password.value, secret: true, at }));
  return { directives, warnings: [] };
}

function readPassword(host: Pick<Reader, 'readSmall'>, env: Environment): { value: Bytes; variable: string } | null {
  const value = env['VALKEY_PASSWORD'];
  const file = env['VALKEY_PASSWORD_FILE'];
  if (value !== undefined && file !== undefined && file !== '') {
    throw refuse('VB206', 'VALKEY_PASSWORD and VALKEY_PASSWORD_FILE are both set', {
      at: { kind: 'variable', name: 'VALKEY_PASSWORD_FILE' },
    });
  }
  if (value !== undefined) {
    const at = { kind: 'variable', name: 'VALKEY_PASSWORD' } as const;
    if (value === '') throw refuse('VB212', 'VALKEY_PASSWORD is empty', { at });
    if (value.includes('\ufffd')) throw refuse('VB211', 'VALKEY_PASSWORD is not valid UTF-8', { at });
    return { value: bytesOf(value), variable: 'VALKEY_PASSWORD' };
  }
  return file === undefined || file === ''
    ? null
    : { value: readPasswordFile(host, file), variable: 'VALKEY_PASSWORD_FILE' };
}

/** The one line of a password file. Refuses VB205, VB211. */
export function readPasswordFile(
  host: Pick<Reader, 'readSmall'>,
  path: string,
  at: Place = { kind: 'variable', name: 'VALKEY_PASSWORD_FILE' },
): Bytes {
  const read = host.readSmall(path);
  // Who puts the password itself there must not find it in the log.
  if ('problem' in read) throw refuse('VB205', `${path.startsWith('/') ? path : 'the file'}: ${read.problem}`, { at });
  const password = read.text.replace(/\r?\n$/, '');
  if (password.includes('\ufffd')) throw refuse('VB211', `${path} is not valid UTF-8`, { at });
  if (password === '') throw refuse('VB205', `${path} is empty`, { at });
  if (/[\r\n\0]/.test(password)) throw refuse('VB205', `${path} has more than one line`, { at });
  return bytesOf(password);
}
