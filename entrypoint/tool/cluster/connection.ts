import { textOf } from '../../bytes.ts';
import type { Given } from '../../cluster/options.ts';
import { command } from '../../cluster/replies.ts';
import { refuse } from '../../diagnostics.ts';
import type { Environment } from '../../environment.ts';
import type { Command, Reader, ServerAt, TlsFiles } from '../../host.ts';
import { passwordOfVariable, readPasswordFile } from '../../passwords.ts';
import type { Place } from '../../place.ts';
import { tlsWords } from '../../reach.ts';
import { readTls } from './tls.ts';

/** How any node is reached. */
export interface Connection {
  readonly user: string | null;
  readonly password: Password | null;
  readonly tls: TlsFiles | null;
}

interface Password {
  readonly text: string;
  readonly at: Place;
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
  const user = options.get('user')?.text ?? (env['VALKEY_USER'] || null);
  return { user, password, tls: readTls(host, options, env) };
}

export function serverAt(
  connection: Connection,
  { ip, port }: { readonly ip: string; readonly port: number },
): ServerAt {
  return { ip, port, login: loginOf(connection), tls: connection.tls };
}

/** The words of AUTH. As for valkey-cli, a user without a password does not log in. */
export function loginOf({ user, password }: Connection): Command {
  if (password === null) return [];
  return command(...(user === null ? [] : [user]), password.text);
}

/** The same for `valkey-cli --cluster`: the password stands in its environment, never in its arguments. */
export function engineConnection({ user, password, tls }: Connection, env: Environment) {
  const { VALKEY_PASSWORD: _, REDISCLI_AUTH: __, VALKEYCLI_AUTH: ___, ...rest } = env;
  const auth = password === null ? {} : { REDISCLI_AUTH: password.text, VALKEYCLI_AUTH: password.text };
  return { args: [...(user === null ? [] : ['--user', user]), ...tlsWords(tls)], env: { ...rest, ...auth } };
}

function readPassword(host: Pick<Reader, 'readSmall'>, option: Given | undefined, env: Environment): Password | null {
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
