import { createHash } from 'node:crypto';
import { z } from 'zod';
import { until } from '../until.ts';
import type { KubeObject } from './manifest.ts';
import type { Namespace } from './namespace.ts';
import { headless, object, secret, statefulSet, userPassword } from './objects.ts';
import type { Pod } from './pod.ts';

/*
 * What the official operator (valkey-io/valkey-operator) makes of a ValkeyCluster, as far as it concerns the image:
 * command, user, mounts, probes, configuration, users. From facts of internal/controller: valkeynode_resources.go at
 * 04f0717, config.go at 0289b2f, users.go at 06cd2de, scripts/ at 091a2ee. The operator itself does not run here.
 */

/** What the operator makes up for its own users. */
const operatorPassword = 'of-the-operator-itself';

const quantities = z.record(z.string(), z.string());
const variables = z.array(z.looseObject({ name: z.string() }));

const clusterResource = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.object({
    image: z.string(),
    shards: z.int(),
    replicas: z.int(),
    config: z.record(z.string(), z.string()),
    users: z.array(z.object({ name: z.string(), permissions: z.string() })),
    containers: z.tuple([
      z.object({ name: z.literal('server'), env: variables, args: z.array(z.string()).default([]) }),
    ]),
    resources: z.strictObject({ requests: quantities, limits: quantities }),
  }),
});

/** Where a node of the operator stands: its StatefulSet of one pod is called so. */
export const nodeName = (shard: number, node: number): string => `valkey-cluster-${shard}-${node}`;

/**
 * What the operator makes of a ValkeyCluster with the Secrets that it makes up: for each shard and node a StatefulSet
 * of one pod. With the name of a Secret, over TLS. The exporter beside each server is left out.
 */
export function operatorNodes(resource: KubeObject, tlsSecretName?: string): KubeObject[] {
  const { metadata, spec } = clusterResource.parse(resource);
  const { name } = metadata;
  const tls = tlsSecretName !== undefined;
  const mount = (volume: string, mountPath: string, readOnly = true) => ({ name: volume, mountPath, readOnly });
  const passwords = `internal-${name}-system-passwords`;
  const fromSecret = (key: string) => ({ valueFrom: { secretKeyRef: { name: passwords, key } } });
  const probe = (kind: string, timeoutSeconds: number, failureThreshold: number) => ({
    exec: { command: ['/bin/sh', '-c', `/scripts/${kind}-check.sh`] },
    ...{ initialDelaySeconds: 5, periodSeconds: 5, timeoutSeconds, failureThreshold },
  });
  const container = {
    name: 'server',
    image: spec.image,
    command: [
      ...['valkey-server', '/config/valkey.conf', '--cluster-announce-ip', '$(POD_IP)'],
      ...['--primaryuser', '_replication', '--primaryauth', '$(PRIMARY_AUTH)'],
    ],
    args: spec.containers[0].args,
    env: [
      { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      { name: 'PRIMARY_AUTH', ...fromSecret('_replication') },
      ...(tls ? tlsVariables : []),
      { name: 'VALKEY_USER', value: '_operator' },
      { name: 'VALKEYCLI_AUTH', ...fromSecret('_operator') },
      ...spec.containers[0].env,
    ],
    startupProbe: probe('liveness', 5, 20),
    livenessProbe: probe('liveness', 5, 5),
    readinessProbe: probe('readiness', 2, 5),
    resources: spec.resources,
    volumeMounts: [
      mount('scripts', '/scripts'),
      mount('valkey-conf', '/config'),
      mount('users-acl', '/config/users'),
      mount('data', '/data', false),
      ...(tls ? [mount('tls-certs', '/tls')] : []),
    ],
  };
  const volumes = [
    { name: 'scripts', configMap: { name, defaultMode: 0o755 } },
    { name: 'valkey-conf', configMap: { name } },
    { name: 'users-acl', secret: { secretName: `internal-${name}-acl` } },
    ...(tls ? [{ name: 'tls-certs', secret: { secretName: tlsSecretName } }] : []),
  ];
  const sets = Array.from({ length: spec.shards }, (_, shard) =>
    Array.from({ length: spec.replicas + 1 }, (_node, node) => {
      const labels = {
        ...{ 'app.kubernetes.io/component': 'valkey-node', 'app.kubernetes.io/instance': nodeName(shard, node) },
        ...{ 'valkey.io/cluster': name, 'valkey.io/shard-index': `${shard}`, 'valkey.io/node-index': `${node}` },
      };
      const pod = { containers: [container], volumes };
      return statefulSet(nodeName(shard, node), 1, labels, 999, pod, 'data', `${name}-headless`);
    }),
  );
  const config = { ...spec.config, ...baseConfig, ...(tls ? tlsConfig : {}) };
  const conf = Object.entries(config).map(([key, value]) => `${key} ${value}\n`);
  const users = [
    ...spec.users.map(({ name: user, permissions }) => userLine(user, userPassword, permissions)),
    userLine('_operator', operatorPassword, operatorRights),
    userLine('_replication', operatorPassword, '+psync +replconf +ping'),
  ];
  const data = {
    'valkey.conf': conf.join(''),
    'liveness-check.sh': pingScript('PONG*|LOADING*|MASTERDOWN*'),
    'readiness-check.sh': pingScript('PONG'),
  };
  return [
    ...sets.flat(),
    headless(`${name}-headless`, { 'valkey.io/cluster': name }),
    object('ConfigMap', name, { data }),
    secret(`internal-${name}-acl`, { 'users.acl': `${users.join('\n')}\n` }),
    secret(passwords, { _operator: operatorPassword, _replication: operatorPassword }),
    secret('valkey-users', { default: userPassword }),
  ];
}

/** What the operator's own user may do, here as far as it is used: neither MODULE LIST nor a command on keys. */
const operatorRights = `+@connection +info +config|set ${[
  'myid',
  'info',
  'nodes',
  'meet',
  'addslotsrange',
  'replicate',
  'forget',
  'failover',
]
  .map((word) => `+cluster|${word}`)
  .join(' ')}`;

const baseConfig = {
  aclfile: '/config/users/users.acl',
  dir: '/data',
  'cluster-config-file': '/data/nodes.conf',
  'cluster-enabled': 'yes',
  'protected-mode': 'no',
  'cluster-node-timeout': '2000',
};
const tlsConfig = {
  'tls-port': '6379',
  port: '0',
  'tls-cluster': 'yes',
  'tls-replication': 'yes',
  'tls-cert-file': '/tls/tls.crt',
  'tls-key-file': '/tls/tls.key',
  'tls-ca-cert-file': '/tls/ca.crt',
  'tls-auth-clients': 'optional',
};
const tlsVariables = [
  { name: 'VALKEY_TLS_ENABLED', value: 'true' },
  { name: 'VALKEY_TLS_CA_FILE', value: '/tls/ca.crt' },
  { name: 'VALKEY_TLS_CERT_FILE', value: '/tls/tls.crt' },
  { name: 'VALKEY_TLS_KEY_FILE', value: '/tls/tls.key' },
  { name: 'VALKEY_TLS_ARGS', value: '--tls --cacert /tls/ca.crt' },
];

/** Asks as the operator's own user, whose password stands in VALKEYCLI_AUTH. */
function pingScript(right: string): string {
  return `#!/bin/sh
answer=$(timeout 4 valkey-cli -h localhost -p 6379 $VALKEY_TLS_ARGS --user "$VALKEY_USER" PING)
case "$answer" in ${right}) ;; *) echo "$answer" >&2; exit 1 ;; esac
`;
}

function userLine(name: string, password: string, permissions: string): string {
  return `user ${name} on #${createHash('sha256').update(password).digest('hex')} ${permissions}`;
}

/**
 * Joins the nodes as the operator does, as its own user: each meets each other one by address, the first node of a
 * shard takes its part of the slots, the others of it replicate that one.
 */
export async function joinAsOperator(namespace: Namespace, shards: number, tls = false): Promise<void> {
  const pods = namespace.pods().toSorted((a, b) => a.name.localeCompare(b.name));
  const asked = (pod: Pod, ...command: string[]) =>
    pod.exec(
      'valkey-cli',
      '-e',
      ...(tls ? ['--tls', '--cacert', '/tls/ca.crt'] : []),
      '--user',
      '_operator',
      ...command,
    );
  const ask = async (pod: Pod, ...command: string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await asked(pod, ...command);
    if (exitCode !== 0) throw new Error(`${pod.name}: ${command.join(' ')}: ${stdout}${stderr}`);
    return stdout.trim();
  };
  const [first, ...others] = pods;
  if (first === undefined) throw new Error('there are no nodes');
  for (const pod of pods)
    await until(`${pod.name} answers`, async () => (await asked(pod, 'PING')).exitCode === 0 || undefined);
  for (const pod of others) await ask(first, 'CLUSTER', 'MEET', pod.ip, '6379');
  for (let shard = 0; shard < shards; shard++) {
    const [primary, ...replicas] = pods.filter(({ name }) => name.startsWith(`valkey-cluster-${shard}-`));
    if (primary === undefined) throw new Error(`shard ${shard} has no nodes`);
    const bound = (of: number) => Math.floor((of * 16384) / shards);
    await ask(primary, 'CLUSTER', 'ADDSLOTSRANGE', `${bound(shard)}`, `${bound(shard + 1) - 1}`);
    const id = await ask(primary, 'CLUSTER', 'MYID');
    for (const replica of replicas)
      await until(`${replica.name} replicates`, async () => {
        const { exitCode } = await asked(replica, 'CLUSTER', 'REPLICATE', id);
        return exitCode === 0 || undefined;
      });
  }
}

const strict = { type: 'object', additionalProperties: false } as const;
const strings = { type: 'object', additionalProperties: { type: 'string' } };

/**
 * The fields of a ValkeyCluster that our instance uses, as docs/valkeycluster.md at 0173085 and
 * api/v1alpha1/valkeycluster_types.go have them.
 */
export const valkeyCluster: object = {
  ...strict,
  required: ['apiVersion', 'kind', 'metadata', 'spec'],
  properties: {
    apiVersion: {},
    kind: { const: 'ValkeyCluster' },
    metadata: { type: 'object', required: ['name'] },
    spec: {
      ...strict,
      properties: {
        image: { type: 'string' },
        shards: { type: 'integer', minimum: 1 },
        replicas: { type: 'integer', minimum: 0 },
        config: strings,
        // The API's own type of a container, joined by its name.
        containers: { type: 'array', items: { type: 'object', required: ['name'] } },
        users: {
          type: 'array',
          items: {
            ...strict,
            required: ['name'],
            properties: {
              // Those that begin with _ are the operator's own.
              name: { type: 'string', pattern: '^[^_]' },
              passwordSecret: {
                ...strict,
                properties: { name: { type: 'string' }, keys: { type: 'array', items: { type: 'string' } } },
              },
              permissions: { type: 'string' },
            },
          },
        },
        persistence: {
          ...strict,
          required: ['size'],
          properties: {
            size: { type: 'string' },
            storageClassName: { type: 'string' },
            reclaimPolicy: { enum: ['Retain', 'Delete'] },
          },
        },
        resources: { ...strict, properties: { requests: strings, limits: strings } },
      },
    },
  },
};
