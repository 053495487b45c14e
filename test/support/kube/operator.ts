import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { parse } from 'yaml';
import { z } from 'zod';
import { bundleFile } from '../../../modules/schema.ts';
import { paths } from '../../../scripts/lib/workspace.ts';
import { tarOf } from '../docker-container.ts';
import { engine, images, label, requireImage } from '../docker-engine.ts';
import { until } from '../until.ts';
import type { KubeObject } from './manifest.ts';
import type { Namespace } from './namespace.ts';
import type { Pod } from './pod.ts';

/*
 * What the operators make of an instance, as far as it concerns the image: command, user, mounts, probes,
 * configuration. Read from the sources of kailas-cloud/valkey-operator at 0af1dcd7eff412f185635783bd7a938a8261dd14
 * (internal/controller/valkey_controller.go, upsertStatefulSet and upsertConfigMap; scripts/valkey.conf). The operator
 * itself does not run here.
 */

const instance = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.object({
    image: z.string(),
    nodes: z.int(),
    modules: z.array(z.object({ path: z.string(), args: z.array(z.string()).default([]) })).default([]),
    resources: z.unknown(),
  }),
});

/**
 * The objects that hyperspike/valkey-operator or its fork makes of an instance that does not switch the password off.
 */
export function operatorObjects(custom: KubeObject, password: string): KubeObject[] {
  const { metadata, spec } = instance.parse(custom);
  const { name, namespace } = metadata;
  const loads = spec.modules.map(({ path, args }) => ['loadmodule', path, ...args].join(' '));
  const conf = [...loads, ...operatorConf].join('\n');
  const mounts = [
    { name: 'scripts', mountPath: '/scripts' },
    { name: 'valkey-data', mountPath: '/data' },
    { name: 'empty-dir', mountPath: '/valkey/etc', subPath: 'app-conf-dir' },
    { name: 'valkey-conf', mountPath: '/valkey/etc/valkey.conf', subPath: 'valkey.conf' },
    { name: 'empty-dir', mountPath: '/valkey/tmp', subPath: 'app-tmp-dir' },
    { name: 'empty-dir', mountPath: '/var/logs/valkey', subPath: 'app-logs-dir' },
    { name: 'empty-dir', mountPath: '/tmp', subPath: 'tmp-dir' },
  ];
  const secretKeyRef = { name, key: 'password' };
  const container = {
    name: 'valkey',
    image: spec.image,
    command: [
      'valkey-server',
      '/valkey/etc/valkey.conf',
      '--requirepass',
      '$(VALKEY_PASSWORD)',
      '--primaryauth',
      '$(VALKEY_PASSWORD)',
    ],
    env: [
      { name: 'POD_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } },
      { name: 'VALKEY_NODES', value: '' },
      { name: 'VALKEY_CLUSTER_PREFERRED_ENDPOINT_TYPE', value: 'ip' },
      { name: 'VALKEY_AOF_ENABLED', value: 'yes' },
      { name: 'VALKEY_TLS_ENABLED', value: 'no' },
      { name: 'VALKEY_PORT_NUMBER', value: '6379' },
      { name: 'REDISCLI_AUTH', valueFrom: { secretKeyRef } },
      { name: 'VALKEY_PASSWORD', valueFrom: { secretKeyRef } },
    ],
    livenessProbe: probe('liveness', 5, 6),
    readinessProbe: probe('readiness', 1, 2),
    resources: spec.resources,
    securityContext: restricted,
    volumeMounts: mounts,
  };
  const volumes = [
    { name: 'scripts', configMap: { name, defaultMode: 0o755 } },
    { name: 'valkey-conf', configMap: { name } },
    { name: 'empty-dir', emptyDir: {} },
  ];
  const set = statefulSet({ name, namespace }, spec.nodes, 1001, container, volumes, 'valkey-data');
  return [
    set,
    service({ name, namespace }),
    configMap({ name, namespace }, conf),
    secret({ name, namespace }, password),
  ];
}

/** The lines of the operator's configuration that decide anything here. */
const operatorConf = [
  'bind * -::*',
  'protected-mode yes',
  'daemonize no',
  'pidfile /tmp/valkey_6379.pid',
  'dir /data',
  'appendonly yes',
  'cluster-enabled yes',
  'cluster-config-file /data/nodes.conf',
  'cluster-preferred-endpoint-type ip',
  '',
];

/** With the tools that the operator's own scripts call; the first argument is the time that the answer may take. */
const pingScript = `#!/bin/sh
answer=$(timeout -s 15 "$1" valkey-cli -h localhost -p "$VALKEY_PORT_NUMBER" ping)
[ "$answer" = PONG ]
`;

function probe(kind: string, allowed: number, timeoutSeconds: number): object {
  const command = ['sh', '-c', `/scripts/ping_${kind}_local.sh ${allowed}`];
  return {
    initialDelaySeconds: 5,
    periodSeconds: 5,
    failureThreshold: 5,
    successThreshold: 1,
    timeoutSeconds,
    exec: { command },
  };
}

const restricted = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

/** `labels` of the operators' valkey_controller.go. */
function labelsOf(name: string): Record<string, string> {
  return {
    'app.kubernetes.io/name': 'valkey',
    'app.kubernetes.io/instance': name,
    'app.kubernetes.io/component': 'valkey',
  };
}

interface Names {
  readonly name: string;
  readonly namespace: string;
}

function statefulSet(
  metadata: Names,
  replicas: number,
  user: number,
  container: object,
  volumes: readonly object[],
  claim: string,
): KubeObject {
  const labels = labelsOf(metadata.name);
  const securityContext = {
    runAsUser: user,
    runAsGroup: user,
    fsGroup: user,
    seccompProfile: { type: 'RuntimeDefault' },
  };
  const template = {
    metadata: { labels },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext,
      containers: [container],
      volumes,
    },
  };
  const spec = {
    replicas,
    serviceName: `${metadata.name}-headless`,
    podManagementPolicy: 'Parallel',
    selector: { matchLabels: labels },
    template,
    volumeClaimTemplates: [{ metadata: { name: claim }, spec: {} }],
  };
  return { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata, ...{ spec } };
}

function service({ name, namespace }: Names): KubeObject {
  const spec = {
    clusterIP: 'None',
    publishNotReadyAddresses: true,
    selector: labelsOf(name),
    ports: [],
  };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name: `${name}-headless`, namespace }, ...{ spec } };
}

function configMap(metadata: Names, conf: string): KubeObject {
  const data = { 'valkey.conf': conf, 'ping_readiness_local.sh': pingScript, 'ping_liveness_local.sh': pingScript };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, ...{ data } };
}

function secret(metadata: Names, password: string): KubeObject {
  const data = { password: Buffer.from(password).toString('base64') };
  return { apiVersion: 'v1', kind: 'Secret', metadata, ...{ type: 'Opaque', data } };
}

/**
 * What a node answers; the operators' pods carry the password in REDISCLI_AUTH. Throws where it answers with an error.
 */
async function ask(pod: Pod, ...command: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await pod.exec('valkey-cli', '-e', ...command);
  if (exitCode !== 0) throw new Error(`${pod.name}: ${command.join(' ')}: ${stdout}${stderr}`);
  return stdout.trim();
}

/**
 * Joins the pods of an instance as the operators do once all of them answer: each node is introduced to each other one
 * by its address, and the one with ordinal i of n takes the slots from i·16384/n on (`initCluster` of
 * kailas-cloud/valkey-operator at 0af1dcd7eff412f185635783bd7a938a8261dd14).
 */
export async function formAsOperator(namespace: Namespace): Promise<void> {
  const pods = namespace.pods().toSorted((a, b) => a.name.localeCompare(b.name));
  for (const pod of pods)
    await until(`${pod.name} answers`, async () =>
      (await pod.exec('valkey-cli', '-e', 'PING')).exitCode === 0 ? true : undefined,
    );
  for (const pod of pods) for (const peer of pods) if (peer !== pod) await ask(pod, 'CLUSTER', 'MEET', peer.ip, '6379');
  for (const [ordinal, pod] of pods.entries()) {
    const first = Math.floor((ordinal * 16384) / pods.length);
    const last = Math.floor(((ordinal + 1) * 16384) / pods.length) - 1;
    await ask(pod, 'CLUSTER', 'ADDSLOTSRANGE', String(first), String(last));
  }
}

/**
 * MODULE LIST of a pod once it answers: each module with its arguments; `auth` are variables with the password for
 * valkey-cli, `options` its options.
 */
export async function modulesOf(
  pod: Pod,
  auth: readonly string[],
  options: readonly string[] = [],
): Promise<Record<string, string[]>> {
  const list = await until(`${pod.name} answers`, async () => {
    const { exitCode, stdout } = await pod.exec('env', ...auth, 'valkey-cli', ...options, '--json', 'MODULE', 'LIST');
    return exitCode === 0 && stdout.startsWith('[') ? stdout : undefined;
  });
  const modules = JSON.parse(list) as { name: string; args: string[] }[];
  return Object.fromEntries(modules.filter(({ name }) => name !== 'lua').map(({ name, args }) => [name, args]));
}

const bundlePath = '/usr/local/share/valkey-bundle/bundle.json';

/**
 * The image of the tests with the defaults that the variant `coordinator` of line 9.0 has; `remove` it when it is no
 * longer used.
 */
export async function makeCoordinatorImage(): Promise<{ readonly name: string; remove(): Promise<void> }> {
  await requireImage(images.test);
  const line: unknown = parse(await readFile(join(paths.root, 'modules/releases/9.0.yaml'), 'utf8'));
  const defaults = at(line, 'variants', 'coordinator', 'defaults');
  const container = await engine.createContainer({ Image: images.test, Labels: label });
  try {
    const archive = await buffer(await container.getArchive({ path: bundlePath }));
    // One file: a header of 512 bytes, which says the size in octal digits, and the text.
    const size = Number.parseInt(archive.toString('latin1', 124, 135), 8);
    const bundle: unknown = JSON.parse(archive.toString('utf8', 512, 512 + size));
    if (typeof bundle !== 'object' || bundle === null) throw new Error(`${bundlePath} is no object`);
    const text = JSON.stringify(bundleFile.parse({ ...bundle, defaults }));
    await container.putArchive(tarOf({ [bundlePath]: { text, mode: 0o644 } }), { path: '/' });
    const tag = `coordinator-${randomUUID().slice(0, 8)}`;
    await container.commit({ repo: 'valkey-bundle-test', tag });
    const name = `valkey-bundle-test:${tag}`;
    return { name, remove: async () => void (await engine.getImage(name).remove()) };
  } finally {
    await container.remove({ force: true });
  }
}

function at(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>((inner, key) => {
    if (typeof inner !== 'object' || inner === null || !(key in inner))
      throw new Error(`there is no ${keys.join('.')}`);
    return Reflect.get(inner, key);
  }, value);
}
