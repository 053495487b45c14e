import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { paths } from '../../../scripts/lib/workspace.ts';
import type { KubeObject } from './manifest.ts';
import { headless, object, secret, statefulSet, userPassword } from './objects.ts';

/*
 * What Valkey's official chart (valkey-io/valkey-helm) makes of the values in deploy/helm, as far as it concerns the
 * image: command, user, mounts, probes, configuration, users. From facts of valkey/templates/_pod.tpl at 06384cf,
 * init_config.yaml at 011643a and valkey/UPGRADE.md at 03c4e55.
 */

const quantities = z.record(z.string(), z.string());
const resources = z.strictObject({ requests: quantities, limits: quantities });
const variables = z.array(z.looseObject({ name: z.string() }));

/**
 * The values of the chart that deploy/helm names. A name that the chart does not have is an error here; the chart would
 * not see it.
 */
const chartValues = z.strictObject({
  image: z.strictObject({ registry: z.string(), repository: z.string(), tag: z.string() }),
  extraEnv: variables,
  extraConfig: z.string(),
  replica: z.strictObject({ enabled: z.literal(true), replicas: z.int() }),
  persistence: z.strictObject({ enabled: z.literal(true), size: z.string() }),
  auth: z.strictObject({
    enabled: z.literal(true),
    usersExistingSecret: z.string(),
    aclUsers: z.record(z.string(), z.strictObject({ permissions: z.string() })),
  }),
  startupProbe: z.strictObject({ timeoutSeconds: z.int() }),
  livenessProbe: z.strictObject({ timeoutSeconds: z.int() }),
  resources,
  tls: z
    .strictObject({
      enabled: z.literal(true),
      existingSecret: z.string(),
      serverPublicKey: z.string(),
      serverKey: z.string(),
      caPublicKey: z.string(),
    })
    .optional(),
});
export type ChartValues = z.infer<typeof chartValues>;

/** The values files of deploy/helm/valkey-helm, the later one on top of the earlier. */
export async function readChartValues(...files: string[]): Promise<ChartValues> {
  const texts = files.map((file) => readFile(join(paths.root, 'deploy/helm/valkey-helm', file), 'utf8'));
  return chartValues.parse(Object.assign({}, ...(await Promise.all(texts)).map((text) => parse(text) as object)));
}

/**
 * `helm install valkey`: the StatefulSet with its init container, the headless service, the scripts and the Secret of
 * the users.
 */
export function chartObjects(values: ChartValues, image: string): KubeObject[] {
  const { tls } = values;
  const labels = { 'app.kubernetes.io/name': 'valkey', 'app.kubernetes.io/instance': 'valkey' };
  const mount = (name: string, mountPath: string, readOnly = false) => ({ name, mountPath, readOnly });
  const common = [
    mount('valkey-data', '/data'),
    mount('valkey-conf', '/valkey-conf'),
    mount('valkey-acl', '/etc/valkey'),
  ];
  const podName = { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } };
  const ping =
    tls === undefined ? ['valkey-cli', 'ping'] : ['valkey-cli', '--cacert', `/tls/${tls.caPublicKey}`, '--tls', 'ping'];
  const probe = { exec: { command: ping }, periodSeconds: 10, failureThreshold: 3 };
  const init = {
    name: 'init',
    image,
    command: ['/scripts/init.sh'],
    env: [podName],
    securityContext: hardened,
    volumeMounts: [
      ...common,
      mount('scripts', '/scripts'),
      mount('valkey-users-secret', '/valkey-users-secret', true),
      { ...mount('valkey-config', '/usr/local/etc/valkey/valkey.conf', true), subPath: 'valkey.conf' },
    ],
  };
  const server = {
    name: 'valkey',
    image,
    command: ['valkey-server'],
    args: ['/valkey-conf/valkey.conf'],
    env: [podName, ...values.extraEnv],
    startupProbe: { ...probe, ...values.startupProbe },
    livenessProbe: { ...probe, ...values.livenessProbe },
    resources: values.resources,
    securityContext: hardened,
    volumeMounts: [...common, ...(tls === undefined ? [] : [mount('tls', '/tls', true)])],
  };
  const memory = { emptyDir: { medium: 'Memory' } };
  const volumes = [
    { name: 'valkey-conf', ...memory },
    { name: 'valkey-acl', ...memory },
    { name: 'scripts', configMap: { name: 'valkey-init-scripts', defaultMode: 0o555 } },
    { name: 'valkey-config', configMap: { name: 'valkey-config' } },
    { name: 'valkey-users-secret', secret: { secretName: values.auth.usersExistingSecret, defaultMode: 0o400 } },
    ...(tls === undefined ? [] : [{ name: 'tls', secret: { secretName: tls.existingSecret, defaultMode: 0o400 } }]),
  ];
  return [
    statefulSet('valkey', values.replica.replicas, labels, 1000, {
      initContainers: [init],
      containers: [server],
      volumes,
    }),
    headless('valkey-headless', labels),
    object('ConfigMap', 'valkey-init-scripts', { data: { 'init.sh': initScript(values) } }),
    object('ConfigMap', 'valkey-config', { data: { 'valkey.conf': values.extraConfig } }),
    secret(values.auth.usersExistingSecret, { default: userPassword }),
  ];
}

/** Writes the configuration and the users before the server starts, into memory. */
function initScript({ auth, tls }: ChartValues): string {
  const host = (ordinal: string) => `valkey-${ordinal}.valkey-headless.valkey.svc.cluster.local`;
  const tlsLines =
    tls === undefined
      ? ['port 6379']
      : [
          `tls-cert-file /tls/${tls.serverPublicKey}`,
          `tls-key-file /tls/${tls.serverKey}`,
          `tls-ca-cert-file /tls/${tls.caPublicKey}`,
          ...['tls-auth-clients no', 'port 0', 'tls-port 6379'],
        ];
  const lines = [...tlsLines, 'protected-mode no', 'bind * -::*', 'dir /data', 'aclfile /etc/valkey/users.acl'];
  const users = Object.entries(auth.aclUsers).map(
    ([name, { permissions }]) =>
      `echo "user ${name} on #$(sha256sum </valkey-users-secret/${name} | cut -d ' ' -f 1) ${permissions}" >>/etc/valkey/users.acl`,
  );
  return `#!/bin/sh
set -eu
new=/valkey-conf/new
cat >$new <<'END'
${lines.join('\n')}
END
: >/etc/valkey/users.acl
${users.join('\n')}
chmod 0400 /etc/valkey/users.acl
ordinal=\${POD_NAME##*-}
echo "replica-announce-ip ${host('$ordinal')}" >>$new
echo 'replica-announce-port 6379' >>$new
if [ "$ordinal" != 0 ]; then
  echo 'replicaof ${host('0')} 6379' >>$new
  printf 'masterauth "%s"\\nmasteruser default\\n' "$(sed 's/\\\\/\\\\\\\\/g; s/"/\\\\"/g' /valkey-users-secret/default)" >>$new
  ${tls === undefined ? ':' : "echo 'tls-replication yes' >>$new"}
fi
cat /usr/local/etc/valkey/valkey.conf >>$new
mv $new /valkey-conf/valkey.conf
`;
}

/** The chart's `securityContext`; its `podSecurityContext` is user, group and fsGroup 1000. */
const hardened = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};
