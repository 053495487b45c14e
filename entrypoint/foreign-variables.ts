import { type Diagnostic, diagnose } from './diagnostics.ts';
import { type Environment, isOn } from './environment.ts';

interface Group {
  readonly names: readonly string[];
  /** What says the same here. */
  readonly ours: string;
}

/** The names that bitnami's images have under both brands. */
function both(...suffixes: readonly string[]): string[] {
  return suffixes.flatMap((suffix) => [`REDIS_${suffix}`, `VALKEY_${suffix}`]);
}

/**
 * Variables that only other images read: redis-stack, and bitnami's of Redis and Valkey. Left out is what this image reads itself
 * (VALKEY_PASSWORD, VALKEY_EXTRA_FLAGS, VALKEY_TLS_CERT_FILE ...), and what Kubernetes sets for a service of that name (REDIS_PORT,
 * VALKEY_REPLICA_PORT).
 */
export const foreignVariables: readonly Group[] = [
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
];

/** VB216, once for all that are set to something other than nothing and no. A value may be a password, so none is shown. */
export function foreignWarning(env: Environment): Diagnostic[] {
  const found = foreignVariables.flatMap(({ names, ours }) =>
    names.filter((name) => isOn(env[name])).map((name) => `${name} (here: ${ours})`),
  );
  return found.length === 0 ? [] : [diagnose('VB216', `not read here: ${found.join(', ')}`)];
}
