import type { Given } from '../../cluster/options.ts';
import { refuse } from '../../diagnostics.ts';
import { type Environment, isOn } from '../../environment.ts';
import type { ConfFiles, TlsFiles } from '../../host.ts';
import type { Place } from '../../place.ts';

/** Each option's file can also be named by a variable; the option wins, then the first of them. */
const files = [
  { option: 'cacert', variables: ['VALKEY_TLS_CA_CERT_FILE', 'VALKEY_TLS_CA_FILE'] },
  { option: 'cert', variables: ['VALKEY_TLS_CERT_FILE'] },
  { option: 'key', variables: ['VALKEY_TLS_KEY_FILE'] },
] as const;

/**
 * With what TLS is spoken: null unless `--tls`, VALKEY_TLS or one of the files says so. Refuses VB717 for a file that cannot
 * be used, or a certificate without its key.
 */
export function readTls(
  host: Pick<ConfFiles, 'readConf'>,
  options: ReadonlyMap<string, Given>,
  env: Environment,
): TlsFiles | null {
  const given = files.flatMap(({ option, variables }) => {
    const name = variables.find((variable) => (env[variable] ?? '') !== '');
    const fromVariable: Given | undefined =
      name === undefined ? undefined : { text: env[name] ?? '', at: { kind: 'variable', name } };
    const file = options.get(option) ?? fromVariable;
    return file === undefined ? [] : [{ option, ...file }];
  });
  for (const { text, at } of given) requirePem(host, text, at);
  const [cert, key] = ['cert', 'key'].map((name) => given.find(({ option }) => option === name));
  const alone = cert === undefined ? key : key === undefined ? cert : undefined;
  if (alone !== undefined)
    throw refuse('VB717', 'certificate and key are given together, or none of them', { at: alone.at });
  const speaks = options.has('tls') || isOn(env['VALKEY_TLS']) || given.length > 0;
  const named = (name: string): string | null => given.find(({ option }) => option === name)?.text ?? null;
  return speaks
    ? { caFile: named('cacert'), caDirectory: null, certFile: named('cert'), keyFile: named('key'), verifies: true }
    : null;
}

/** What was not given is as the configuration has it, each by itself: the authority, and the certificate with its key. */
export function completeTls(given: TlsFiles, own: Omit<TlsFiles, 'verifies'>): TlsFiles {
  const { caFile, caDirectory } = given.caFile === null && given.caDirectory === null ? own : given;
  const { certFile, keyFile } = given.certFile === null ? own : given;
  return { caFile, caDirectory, certFile, keyFile, verifies: given.verifies };
}

/** Before any node is asked. */
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
