import type { Given } from '../../cluster/options.ts';
import { refuse } from '../../diagnostics.ts';
import { type Environment, isOn } from '../../environment.ts';
import type { ConfFiles } from '../../host.ts';
import type { Place } from '../../place.ts';

/** Each option's file can also be named by a variable; the option wins. */
const files = [
  { option: 'cacert', variable: 'VALKEY_TLS_CA_CERT_FILE' },
  { option: 'cert', variable: 'VALKEY_TLS_CERT_FILE' },
  { option: 'key', variable: 'VALKEY_TLS_KEY_FILE' },
] as const;

/**
 * With what valkey-cli speaks TLS: nothing unless `--tls`, VALKEY_TLS or one of the files says so. Refuses VB717 for a file that cannot
 * be used, or a certificate without its key.
 */
export function readTls(
  host: Pick<ConfFiles, 'readConf'>,
  options: ReadonlyMap<string, Given>,
  env: Environment,
): readonly string[] {
  const given = files.flatMap(({ option, variable }) => {
    const text = env[variable] ?? '';
    const fromVariable: Given | undefined =
      text === '' ? undefined : { text, at: { kind: 'variable', name: variable } };
    const file = options.get(option) ?? fromVariable;
    return file === undefined ? [] : [{ option, ...file }];
  });
  for (const { text, at } of given) requirePem(host, text, at);
  const [cert, key] = ['cert', 'key'].map((name) => given.find(({ option }) => option === name));
  const alone = cert === undefined ? key : key === undefined ? cert : undefined;
  if (alone !== undefined)
    throw refuse('VB717', 'certificate and key are given together, or none of them', { at: alone.at });
  const speaks = options.has('tls') || isOn(env['VALKEY_TLS']) || given.length > 0;
  return speaks ? ['--tls', ...given.flatMap(({ option, text }) => [`--${option}`, text])] : [];
}

/** valkey-cli only finds it out once it is connected, and calls it a failed connection. */
function requirePem(host: Pick<ConfFiles, 'readConf'>, path: string, at: Place): void {
  const read = host.readConf(path);
  const problem =
    read.kind === 'unreadable'
      ? read.why
      : read.kind !== 'text'
        ? { missing: 'no such file', directory: 'a directory', special: 'not a regular file' }[read.kind]
        : read.text.includes('-----BEGIN ')
          ? null
          : 'no PEM file';
  if (problem !== null) throw refuse('VB717', `${path}: ${problem}`, { at });
}
