import { type Diagnostic, diagnose, refuse } from '../diagnostics/diagnostic.ts';
import { type Bytes, beginsWithMark, bytesOf, HAS_MARK } from '../text/bytes.ts';
import { frame } from '../text/place.ts';
import { trim } from './parse.ts';
import { currentGrammar, type Grammar, tokenize } from './tokenize.ts';

/** The process's variables, as Node gives them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Every variable that the entrypoint reads; docs/environment.md is generated from it. */
export const variables = [
  {
    name: '<NAME>_MODULE_ARGS',
    fallback: '',
    meaning:
      'Arguments of one module, in `valkey.conf` quoting. NAME is the file name without `.so`, `lib` and `valkey_`/`valkey-`, in upper case, every other character as `_`: `libvalkey_bloom.so` is `BLOOM`. Write options as the module documents them; what a module takes only as configuration becomes a directive.',
    example: 'SEARCH_MODULE_ARGS="--use-coordinator --reader-threads 8"',
  },
  {
    name: 'VALKEY_MODULES',
    fallback: 'all',
    meaning:
      'Which modules to add: `all`, `none`, a list of names, or exclusions. It limits what is added; a `loadmodule` line of your own stays.',
    example: 'VALKEY_MODULES="search json", VALKEY_MODULES=-ldap',
  },
  {
    name: 'MODULE_DIR',
    fallback: '/usr/lib/valkey',
    meaning:
      'Where modules are looked for (`*.so`, not in subfolders). A library without an OnLoad function is left out.',
    example: 'MODULE_DIR=/opt/modules',
  },
  {
    name: 'VALKEY_EXTRA_FLAGS',
    fallback: '',
    meaning: 'More server options, in `valkey.conf` quoting. They count as the end of the command line.',
    example: 'VALKEY_EXTRA_FLAGS="--save \'60 1\' --maxmemory 1gb"',
  },
  {
    name: 'VALKEY_PASSWORD',
    fallback: '',
    meaning:
      '`requirepass` and `primaryauth`, handed to the server through a file that only it can read; removed from its environment. One line end behind it is taken away, as in a file. Not used where the configuration, the command line or an ACL rule for the user `default` sets another one; where these leave the server open to anybody, the start is refused.',
    example: 'VALKEY_PASSWORD=...',
  },
  {
    name: 'VALKEY_PASSWORD_FILE',
    fallback: '',
    meaning: 'The same, read from a file of one line (a Docker or Kubernetes secret).',
    example: 'VALKEY_PASSWORD_FILE=/run/secrets/valkey',
  },
  {
    name: 'VALKEYCLI_AUTH',
    fallback: '',
    meaning:
      'Password for the nodes that `valkey-bundle cluster` asks, where neither `--password-file` nor the two above say one; `REDISCLI_AUTH` is read too, after it. A start does not look at them, and removes them from the environment of the server.',
    example: 'VALKEYCLI_AUTH=...',
  },
  {
    name: 'VALKEY_USER',
    fallback: '',
    meaning:
      'User with whose password `valkey-bundle cluster` logs in to nodes, where `--user` names none; without a password it does not log in, as `valkey-cli`. A start does not look at it.',
    example: 'VALKEY_USER=operator',
  },
  {
    name: 'VALKEY_TLS',
    fallback: '',
    meaning:
      '`1` makes `valkey-bundle cluster` speak TLS, as `--tls` does; so does any of the files below. A start does not look at them: the server has `tls-port` and its directives.',
    example: 'VALKEY_TLS=1',
  },
  {
    name: 'VALKEY_TLS_CA_CERT_FILE',
    fallback: '',
    meaning: 'Certificates (PEM) by which `valkey-bundle cluster` knows the nodes, where `--cacert` names none.',
    example: 'VALKEY_TLS_CA_CERT_FILE=/run/secrets/tls/ca.crt',
  },
  {
    name: 'VALKEY_TLS_CA_FILE',
    fallback: '',
    meaning: 'The same under the name that the Valkey operator gives it, where `VALKEY_TLS_CA_CERT_FILE` is not set.',
    example: 'VALKEY_TLS_CA_FILE=/tls/ca.crt',
  },
  {
    name: 'VALKEY_TLS_CERT_FILE',
    fallback: '',
    meaning: 'Certificate (PEM) that `valkey-bundle cluster` shows to the nodes, where `--cert` names none.',
    example: 'VALKEY_TLS_CERT_FILE=/run/secrets/tls/tls.crt',
  },
  {
    name: 'VALKEY_TLS_KEY_FILE',
    fallback: '',
    meaning: 'The key (PEM) of that certificate, where `--key` names none.',
    example: 'VALKEY_TLS_KEY_FILE=/run/secrets/tls/tls.key',
  },
  {
    name: 'DEBUG',
    fallback: '',
    meaning: '`1` explains the start on standard error.',
    example: 'DEBUG=1',
  },
  {
    name: 'NO_COLOR',
    fallback: '',
    meaning: 'Any value: no colours, on a terminal either.',
    example: 'NO_COLOR=1',
  },
] as const;

export const DEFAULT_MODULE_DIR = '/usr/lib/valkey';

/** True if DEBUG asks for an explanation. */
export function wantsDebug(env: Environment): boolean {
  return isOn(env['DEBUG']);
}

/** True if a switch is on: anything but empty, 0, false, no and off. */
export function isOn(value: string | undefined): boolean {
  return !['', '0', 'false', 'no', 'off'].includes((value ?? '').toLowerCase());
}

/** The `*_MODULE_ARGS` variables that are set, by their NAME. */
export function moduleArgsVariables(env: Environment): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [variable, value] of Object.entries(env)) {
    const name = /^(.+)_MODULE_ARGS$/.exec(variable)?.[1];
    if (name !== undefined && value !== undefined) found.set(name, value);
  }
  return found;
}

/** The words of a variable in valkey.conf quoting. Refuses VB201, VB202, VB211, VB215. */
export function wordsOf(variable: string, value: string, grammar: Grammar = currentGrammar): readonly Bytes[] {
  const at = { kind: 'variable', name: variable } as const;
  if (value.includes('\ufffd')) throw refuse('VB211', `${variable} is not valid UTF-8`, { at });
  const text = trim(bytesOf(value));
  if (beginsWithMark(text)) throw refuse('VB215', `${variable} ${HAS_MARK}`, { at });
  if (/[\n\r\0]/.test(text)) throw refuse('VB202', `${variable} has a newline in it`, { at, frame: frame(text) });
  const tokens = tokenize(text, grammar);
  if (tokens.ok) {
    if (tokens.words.some((word) => word.includes('\0')))
      throw refuse('VB414', `${variable} has a NUL byte in it`, { at });
    return tokens.words;
  }
  const problem =
    tokens.problem === 'unclosed' ? 'a quote is not closed' : 'a closing quote is not followed by a blank';
  throw refuse('VB201', `${variable}: ${problem}`, {
    at,
    column: tokens.column,
    frame: frame(text, tokens.column),
  });
}

interface ForeignGroup {
  readonly names: readonly string[];
  /** The way to say the same in this image. */
  readonly ours: string;
}

/** The names that bitnami's images have under both brands. */
function both(...suffixes: readonly string[]): string[] {
  return suffixes.flatMap((suffix) => [`REDIS_${suffix}`, `VALKEY_${suffix}`]);
}

/**
 * Variables that only other images read: redis-stack, Redis 8, and bitnami's of Redis and Valkey. Left out is what this
 * image reads itself (VALKEY_PASSWORD, VALKEY_EXTRA_FLAGS, VALKEY_TLS_CERT_FILE ...), and what Kubernetes sets for a
 * service of that name (REDIS_PORT, VALKEY_REPLICA_PORT).
 */
export const foreignVariables: readonly ForeignGroup[] = [
  { names: ['REDIS_ARGS', 'REDIS_EXTRA_FLAGS'], ours: 'VALKEY_EXTRA_FLAGS' },
  { names: ['REDISEARCH_ARGS'], ours: 'SEARCH_MODULE_ARGS or REDISEARCH_MODULE_ARGS' },
  { names: ['REDISJSON_ARGS'], ours: 'JSON_MODULE_ARGS' },
  { names: ['REDISBLOOM_ARGS'], ours: 'BLOOM_MODULE_ARGS' },
  { names: ['REDISTIMESERIES_ARGS', 'REDISGRAPH_ARGS', 'REDISGEARS_ARGS'], ours: 'no such module is here' },
  { names: ['REDIS_PASSWORD', ...both('PRIMARY_PASSWORD', 'MASTER_PASSWORD')], ours: 'VALKEY_PASSWORD' },
  {
    names: ['REDIS_PASSWORD_FILE', ...both('PRIMARY_PASSWORD_FILE', 'MASTER_PASSWORD_FILE')],
    ours: 'VALKEY_PASSWORD_FILE',
  },
  { names: ['ALLOW_EMPTY_PASSWORD'], ours: 'an unset VALKEY_PASSWORD' },
  {
    names: both('REPLICATION_MODE', 'PRIMARY_HOST', 'PRIMARY_PORT_NUMBER', 'MASTER_HOST', 'MASTER_PORT_NUMBER'),
    ours: '--replicaof HOST PORT',
  },
  { names: both('REPLICA_IP'), ours: '--replica-announce-ip' },
  { names: both('AOF_ENABLED'), ours: '--appendonly yes' },
  { names: both('RDB_POLICY', 'RDB_POLICY_DISABLED'), ours: '--save' },
  { names: both('PORT_NUMBER'), ours: '--port' },
  { names: both('ALLOW_REMOTE_CONNECTIONS'), ours: '--bind' },
  { names: both('DATABASE'), ours: '--databases' },
  { names: both('DATA_DIR'), ours: '--dir' },
  { names: both('ACLFILE'), ours: '--aclfile' },
  { names: both('OVERRIDES_FILE'), ours: '--include' },
  { names: both('IO_THREADS', 'IO_THREADS_DO_READS'), ours: '--io-threads' },
  { names: both('DISABLE_COMMANDS'), ours: '--rename-command NAME ""' },
  { names: both('TLS_ENABLED', 'TLS_PORT_NUMBER'), ours: '--tls-port' },
  { names: ['REDIS_TLS_CERT_FILE'], ours: '--tls-cert-file' },
  { names: ['REDIS_TLS_KEY_FILE'], ours: '--tls-key-file' },
  { names: ['REDIS_TLS_CA_FILE'], ours: '--tls-ca-cert-file' },
  { names: both('TLS_CA_DIR'), ours: '--tls-ca-cert-dir' },
  { names: both('TLS_KEY_FILE_PASS'), ours: '--tls-key-file-pass' },
  { names: both('TLS_DH_PARAMS_FILE'), ours: '--tls-dh-params-file' },
  { names: both('TLS_AUTH_CLIENTS'), ours: '--tls-auth-clients' },
  { names: both('NODES', 'CLUSTER_CREATOR', 'CLUSTER_REPLICAS'), ours: 'valkey-bundle cluster ensure' },
  { names: both('CLUSTER_ANNOUNCE_IP'), ours: '--cluster-announce-ip' },
  { names: both('CLUSTER_ANNOUNCE_HOSTNAME'), ours: '--cluster-announce-hostname' },
  { names: both('CLUSTER_PREFERRED_ENDPOINT_TYPE'), ours: '--cluster-preferred-endpoint-type' },
  { names: ['SKIP_FIX_PERMS', 'SKIP_DROP_PRIVS'], ours: 'a --user other than root' },
];

/**
 * Those of them that are set to something other than nothing and no, each with the way to say the same here. A value
 * may be a password, so none is given.
 */
export function foreignIn(env: Environment): { name: string; ours: string }[] {
  return foreignVariables.flatMap(({ names, ours }) =>
    names.filter((name) => isOn(env[name])).map((name) => ({ name, ours })),
  );
}

/** VB216, once for all that are set. */
export function foreignWarning(env: Environment): Diagnostic[] {
  const found = foreignIn(env).map(({ name, ours }) => `${name} (here: ${ours})`);
  return found.length === 0 ? [] : [diagnose('VB216', `not read here: ${found.join(', ')}`)];
}
