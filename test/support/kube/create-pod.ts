import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { engine, label, requireImage } from '../docker-engine.ts';
import type { Manifest } from './manifest.ts';
import { searchDomains, type TestNetwork } from './names.ts';
import type { Container, PodTemplate, Volume } from './schema.ts';
import { keyFiles, keysOfVolume, makeVolumes, volumeMount } from './volumes.ts';

/** What a pod is made from. */
export interface PodWish {
  readonly identity: PodIdentity;
  readonly template: PodTemplate;
  readonly manifest: Pick<Manifest, 'configMaps' | 'secrets'>;
  readonly network: TestNetwork;
  /** Names that no other pod of this engine has, also not an earlier one of the same name. */
  readonly unique: string;
  /** The engine's volumes of the pod's claims, by the name of the claim's template. */
  readonly claims: ReadonlyMap<string, string>;
  /** The same of claims that are objects of their own, by their names. */
  readonly namedClaims: ReadonlyMap<string, string>;
  /** A folder of the test's, for files that are mounted by subPath. */
  readonly folder: string;
}

export interface CreatedPod {
  readonly container: Docker.Container;
  /** Those that run before it, one after the other. */
  readonly init: readonly Docker.Container[];
  /** Volumes that go when the pod goes. */
  readonly volumes: readonly string[];
}

/** Makes the pod's containers as the kubelet would, not started yet. Throws where the template does not fit the image. */
export async function createPod(wish: PodWish): Promise<CreatedPod> {
  const { containers, initContainers = [] } = wish.template.spec;
  const [container] = containers;
  if (container === undefined) throw new Error(`${wish.identity.name} has no container`);
  const main = await createContainer(wish, container, wish.unique);
  const init: Docker.Container[] = [];
  const volumes = new Set(main.volumes);
  for (const one of initContainers) {
    const created = await createContainer(wish, one, `${wish.unique}-${one.name}`);
    init.push(created.container);
    for (const volume of created.volumes) volumes.add(volume);
  }
  return { container: main.container, init, volumes: [...volumes] };
}

async function createContainer(
  wish: PodWish,
  container: Container,
  name: string,
): Promise<Pick<CreatedPod, 'container' | 'volumes'>> {
  const { identity, template, manifest, network } = wish;
  await requireImage(container.image);
  const { runAsUser, runAsGroup, fsGroup, runAsNonRoot } = template.spec.securityContext;
  if (runAsNonRoot === true && runAsUser === 0) throw new Error(`${identity.name}: runAsNonRoot, and the user is root`);
  await requireSeccomp();
  const variables = environmentOf(container, identity, manifest);
  const words = (list: readonly string[]): string[] => list.map((word) => expand(word, variables));
  const { mounts, tmpfs, binds, volumes } = await mountsOf(wish, container);
  const created = await engine.createContainer({
    Image: container.image,
    name,
    Labels: label,
    Hostname: identity.name,
    // The engine then writes the line into /etc/hosts that the kubelet does: address, full name, name.
    ...(identity.subdomain === undefined
      ? {}
      : { Domainname: `${identity.subdomain}.${identity.namespace}.svc.cluster.local` }),
    User: `${runAsUser}:${runAsGroup}`,
    Env: [...variables].map(([name, value]) => `${name}=${value}`),
    // Kubernetes knows nothing of the image's HEALTHCHECK.
    Healthcheck: { Test: ['NONE'] },
    StopTimeout: template.spec.terminationGracePeriodSeconds ?? 30,
    ...(container.command === undefined ? {} : { Entrypoint: words(container.command) }),
    ...(container.args === undefined ? {} : { Cmd: words(container.args) }),
    HostConfig: {
      ...securityOf(container),
      GroupAdd: [String(fsGroup)],
      Memory: bytesOfQuantity(container.resources?.limits?.memory ?? '0'),
      NanoCpus: Number(container.resources?.limits?.cpu ?? '0') * 1e9,
      Mounts: [...mounts],
      Tmpfs: { ...tmpfs },
      Binds: [...binds],
      NetworkMode: network.name,
      Dns: [network.nameServer],
      DnsSearch: searchDomains(identity.namespace),
      DnsOptions: ['ndots:5'],
    },
    NetworkingConfig: { EndpointsConfig: { [network.name]: { IPAMConfig: { IPv4Address: identity.ip } } } },
  });
  return { container: created, volumes };
}

function securityOf({ securityContext }: Container): Docker.HostConfig {
  if (securityContext === undefined) return {};
  return {
    ReadonlyRootfs: securityContext.readOnlyRootFilesystem,
    CapDrop: [...securityContext.capabilities.drop],
    // allowPrivilegeEscalation: false
    SecurityOpt: ['no-new-privileges:true'],
  };
}

/** RuntimeDefault is the engine's own profile: containers have it unless they are told otherwise. */
async function requireSeccomp(): Promise<void> {
  const { SecurityOptions }: { SecurityOptions?: readonly string[] } = await engine.info();
  if (SecurityOptions?.some((option) => option.includes('seccomp')) !== true)
    throw new Error('seccompProfile RuntimeDefault cannot be run: this engine has no seccomp');
}

interface Mounts {
  readonly mounts: readonly Docker.MountSettings[];
  readonly tmpfs: Readonly<Record<string, string>>;
  readonly binds: readonly string[];
  readonly volumes: readonly string[];
}

async function mountsOf(wish: PodWish, { volumeMounts = [] }: Container): Promise<Mounts> {
  const { template, manifest, claims, namedClaims, unique, folder } = wish;
  const { fsGroup } = template.spec.securityContext;
  const mounts: Docker.MountSettings[] = [];
  const tmpfs: Record<string, string> = {};
  const binds: string[] = [];
  const contents: Record<string, ReturnType<typeof keyFiles>> = {};
  for (const { name, mountPath, readOnly = false, subPath } of volumeMounts) {
    const claim = claims.get(name);
    const volume = template.spec.volumes?.find((one) => one.name === name);
    if (claim !== undefined) mounts.push(volumeMount(claim, mountPath, readOnly));
    else if (volume === undefined) throw new Error(`${unique}: there is no volume ${name}`);
    else if ('persistentVolumeClaim' in volume) {
      const { claimName, readOnly: isReadOnly = false } = volume.persistentVolumeClaim;
      const found = namedClaims.get(claimName);
      if (found === undefined) throw new Error(`${unique}: there is no claim ${claimName}`);
      mounts.push(volumeMount(found, mountPath, readOnly || isReadOnly));
    } else if ('emptyDir' in volume && isShared(template, name)) {
      contents[`${unique}-${name}`] = { '.': { directory: true, mode: 0o2777, gid: fsGroup } };
      mounts.push(volumeMount(`${unique}-${name}`, mountPath, readOnly));
    } else if ('emptyDir' in volume) tmpfs[mountPath] = tmpfsOptions(volume, fsGroup);
    else {
      const found = keysOfVolume(volume, manifest);
      if (found === undefined) continue;
      if (subPath === undefined) {
        contents[`${unique}-${name}`] = keyFiles(found.keys, found.mode, fsGroup);
        mounts.push(volumeMount(`${unique}-${name}`, mountPath, true));
      } else {
        const file = join(folder, `${unique}-${name}-${subPath}`);
        await writeFile(file, found.keys.get(subPath) ?? '', { mode: found.mode });
        binds.push(`${file}:${mountPath}:ro`);
      }
    }
  }
  await makeVolumes(contents);
  return { mounts, tmpfs, binds, volumes: Object.keys(contents) };
}

/** True for what one container leaves to another. */
function isShared({ spec: { containers, initContainers = [] } }: PodTemplate, volume: string): boolean {
  const users = [...initContainers, ...containers].filter(({ volumeMounts = [] }) =>
    volumeMounts.some(({ name }) => name === volume),
  );
  return users.length > 1;
}

/** One for each mount, also where several are folders (subPath) of the same emptyDir. */
function tmpfsOptions(volume: Extract<Volume, { emptyDir: unknown }>, fsGroup: number): string {
  const { sizeLimit } = volume.emptyDir;
  const size = sizeLimit === undefined ? [] : [`size=${bytesOfQuantity(sizeLimit)}`];
  return ['rw', 'exec', 'nosuid', 'nodev', 'mode=2777', `gid=${fsGroup}`, ...size].join(',');
}

/** What a pod is told of itself, by the downward API and by /etc/hosts. */
export interface PodIdentity {
  readonly name: string;
  readonly namespace: string;
  readonly ip: string;
  /** With it a pod has a name of its own; a StatefulSet gives its serviceName. */
  readonly subdomain?: string | undefined;
}

/** The container's variables, in the order of the manifest: a value may use those before it. Throws where a Secret or its key is missing. */
export function environmentOf(
  { env = [] }: Container,
  pod: PodIdentity,
  { secrets }: Pick<Manifest, 'secrets'>,
): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  for (const variable of env) {
    if ('value' in variable) variables.set(variable.name, expand(variable.value, variables));
    else if ('fieldRef' in variable.valueFrom)
      variables.set(variable.name, fieldOf(pod, variable.valueFrom.fieldRef.fieldPath));
    else {
      const { name, key } = variable.valueFrom.secretKeyRef;
      const value = secrets.get(name)?.get(key);
      if (value === undefined) throw new Error(`${pod.name}: there is no key ${key} of a Secret ${name}`);
      variables.set(variable.name, value.toString());
    }
  }
  return variables;
}

function fieldOf(pod: PodIdentity, path: 'metadata.name' | 'metadata.namespace' | 'status.podIP'): string {
  switch (path) {
    case 'metadata.name':
      return pod.name;
    case 'metadata.namespace':
      return pod.namespace;
    case 'status.podIP':
      return pod.ip;
  }
}

/**
 * Kubernetes' expansion of `$(NAME)` in command, args and env: a known name gives its value, an unknown one stays as it is written, `$$` is
 * one `$` and begins nothing (k8s.io/kubernetes third_party/forked/golang/expansion).
 */
export function expand(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (written, name?: string) =>
    name === undefined ? '$' : (variables.get(name) ?? written),
  );
}

const suffixes = { '': 1, K: 1e3, M: 1e6, G: 1e9, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 } as const;

/** Bytes of a Kubernetes quantity such as 16Mi. Throws for another unit. */
function bytesOfQuantity(quantity: string): number {
  const [, number = '', suffix = ''] = /^([0-9.]+)([A-Za-z]*)$/.exec(quantity) ?? [];
  if (number === '' || !(suffix in suffixes)) throw new Error(`not a quantity of bytes: ${quantity}`);
  return Number(number) * suffixes[suffix as keyof typeof suffixes];
}
