import { textOf } from '../../bytes.ts';
import type { Given } from '../../cluster/options.ts';
import { refuse } from '../../diagnostics.ts';
import type { Environment } from '../../environment.ts';
import type { Reader } from '../../host.ts';
import { passwordOfVariable, readPasswordFile } from '../../passwords.ts';
import type { Place } from '../../place.ts';
import { readTls } from './tls.ts';

/** How valkey-cli reaches any node. The password stands in its environment, never in its arguments. */
export interface Connection {
  readonly args: readonly string[];
  readonly env: Environment;
  /** Where the password came from; null where there is none. */
  readonly passwordAt: Place | null;
}

/**
 * From `--user`, `--password-file`, `--tls` and its files, and the environment. Refuses VB205 for a password file that cannot be used,
 * VB206 for two passwords, VB211 to VB213 for one that cannot be used, VB717 for a TLS file.
 */
export function readConnection(
  host: Pick<Reader, 'readSmall' | 'readConf'>,
  options: ReadonlyMap<string, Given>,
  env: Environment,
): Connection {
  const password = readPassword(host, options.get('password-file'), env);
  const user = options.get('user');
  const tls = readTls(host, options, env);
  return connectionWith([...(user === undefined ? [] : ['--user', user.text]), ...tls], env, password);
}

/** With a password that is known already. */
export function connectionWith(
  args: readonly string[],
  env: Environment,
  password: { readonly text: string; readonly at: Place } | null,
): Connection {
  const { VALKEY_PASSWORD: _, REDISCLI_AUTH: __, VALKEYCLI_AUTH: ___, ...rest } = env;
  const auth = password === null ? {} : { REDISCLI_AUTH: password.text, VALKEYCLI_AUTH: password.text };
  return { args, env: { ...rest, ...auth }, passwordAt: password?.at ?? null };
}

function readPassword(
  host: Pick<Reader, 'readSmall'>,
  option: Given | undefined,
  env: Environment,
): { text: string; at: Place } | null {
  if (option !== undefined) return { text: textOf(readPasswordFile(host, option.text, option.at)), at: option.at };
  const file = env['VALKEY_PASSWORD_FILE'] ?? '';
  const at = (name: string): Place => ({ kind: 'variable', name });
  if (file !== '' && (env['VALKEY_PASSWORD'] ?? '') !== '')
    throw refuse('VB206', 'VALKEY_PASSWORD and VALKEY_PASSWORD_FILE are both set', { at: at('VALKEY_PASSWORD_FILE') });
  if (file !== '') return { text: textOf(readPasswordFile(host, file)), at: at('VALKEY_PASSWORD_FILE') };
  for (const name of ['VALKEY_PASSWORD', 'VALKEYCLI_AUTH', 'REDISCLI_AUTH']) {
    const text = env[name] ?? '';
    if (text !== '') return { text: passwordOfVariable(name, text), at: at(name) };
  }
  return null;
}
