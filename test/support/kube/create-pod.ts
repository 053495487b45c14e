import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type Docker from 'dockerode';
import type { Files } from '../docker-container.ts';
import { engine, images, label, requireImage } from '../docker-engine.ts';
import type { Manifest } from './manifest.ts';
import { searchDomains, type TestNetwork } from './names.ts';
import type { Container, PodTemplate, Volume } from './schema.ts';
import { isThere, keyFiles, keysOfVolume, makeVolumes, swapKeys, volumeMount } from './volumes.ts';

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
  /** Those that have to end well before the others begin, and these; each in the order of the manifest. */
  readonly init: readonly CreatedContainer[];
  readonly containers: readonly CreatedContainer[];
  /**
   * Holds name, address and network of a pod with several containers, as Kubernetes' pause container does: one may
   * restart alone.
   */
  readonly sandbox: Docker.Container | undefined;
  /** Volumes that go when the pod goes. */
  readonly volumes: readonly string[];
}

interface CreatedContainer {
  readonly container: Container;
  readonly docker: Docker.Container;
}

/**
 * Makes the pod's containers as the kubelet would, not started yet. Throws where the template does not fit an image.
 */
export async function createPod(wish: PodWish): Promise<CreatedPod> {
  const { identity, template } = wish;
  const { spec } = template;
  const all = containersOf(template);
  for (const { image } of all) await requireImage(image);
  const { runAsUser, runAsNonRoot } = spec.securityContext;
  if (runAsNonRoot === true && runAsUser === 0) throw new Error(`${identity.name}: runAsNonRoot, and the user is root`);
  await requireSeccomp();
  const mounts = await Promise.all(all.map((container) => mountsOf(wish, container)));
  const contents = Object.assign({}, ...mounts.map((one) => one.contents)) as Mounts['contents'];
  await makeVolumes(contents);
  const isAlone = all.length === 1;
  const sandbox = isAlone ? undefined : await createSandbox(wish);
  const created: CreatedContainer[] = [];
  for (const [index, container] of all.entries()) {
    const place = sandbox === undefined ? placeOf(wish) : { HostConfig: { NetworkMode: `container:${sandbox.id}` } };
    const name = isAlone ? wish.unique : `${wish.unique}-${container.name}`;
    created.push({ container, docker: await createContainer(wish, container, name, place, mounts[index]) });
  }
  const initCount = all.length - spec.containers.length;
  return {
    init: created.slice(0, initCount),
    containers: created.slice(initCount),
    sandbox,
    volumes: Object.keys(contents),
  };
}

function containersOf({ spec }: PodTemplate): readonly Container[] {
  return [...(spec.initContainers ?? []), ...spec.containers];
}

async function createSandbox(wish: PodWish): Promise<Docker.Container> {
  await requireImage(images.test);
  return engine.createContainer({
    Image: images.test,
    name: `${wish.unique}-sandbox`,
    Labels: label,
    Entrypoint: ['sleep', 'infinity'],
    Healthcheck: { Test: ['NONE'] },
    ...placeOf(wish),
  });
}

type Place = Pick<Docker.ContainerCreateOptions, 'Hostname' | 'Domainname' | 'HostConfig' | 'NetworkingConfig'>;

/** Name, address and name server. */
function placeOf({ identity, network }: PodWish): Place {
  return {
    Hostname: identity.name,
    // The engine then writes the line into /etc/hosts that the kubelet does: address, full name, name.
    ...(identity.subdomain === undefined
      ? {}
      : { Domainname: `${identity.subdomain}.${identity.namespace}.svc.cluster.local` }),
    HostConfig: {
      NetworkMode: network.name,
      Dns: [network.nameServer],
      DnsSearch: searchDomains(identity.namespace),
      DnsOptions: ['ndots:5'],
    },
    NetworkingConfig: { EndpointsConfig: { [network.name]: { IPAMConfig: { IPv4Address: identity.ip } } } },
  };
}

async function createContainer(
  { identity, template, manifest }: PodWish,
  container: Container,
  name: string,
  place: Place,
  mounts: Mounts | undefined,
): Promise<Docker.Container> {
  const { runAsUser, runAsGroup, fsGroup } = template.spec.securityContext;
  const variables = environmentOf(container, identity, manifest);
  const words = (list: readonly string[]): string[] => list.map((word) => expand(word, variables));
  return engine.createContainer({
    ...place,
    Image: container.image,
    name,
    Labels: label,
    User: `${runAsUser}:${runAsGroup}`,
    Env: [...variables].map(([variable, value]) => `${variable}=${value}`),
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
      Mounts: [...(mounts?.mounts ?? [])],
      Tmpfs: { ...mounts?.tmpfs },
      Binds: [...(mounts?.binds ?? [])],
      ...place.HostConfig,
    },
  });
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
  /**
   * The engine's volumes of ConfigMaps, Secrets and each emptyDir of several containers: the pod's containers have them
   * in common.
   */
  readonly contents: Readonly<Record<string, Files>>;
}

async function mountsOf(wish: PodWish, { volumeMounts = [] }: Container): Promise<Mounts> {
  const { template, manifest, claims, namedClaims, unique, folder } = wish;
  const { fsGroup } = template.spec.securityContext;
  const mounts: Docker.MountSettings[] = [];
  const tmpfs: Record<string, string> = {};
  const binds: string[] = [];
  const contents: Record<string, Files> = {};
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
    } else if ('emptyDir' in volume) {
      const users = containersOf(template).filter((one) => one.volumeMounts?.some((mount) => mount.name === name));
      if (users.length === 1) tmpfs[mountPath] = tmpfsOptions(volume, fsGroup);
      else {
        contents[keyVolume(unique, name)] = { '.': { directory: true, mode: 0o2777, gid: fsGroup } };
        mounts.push(volumeMount(keyVolume(unique, name), mountPath, readOnly));
      }
    } else {
      const found = keysOfVolume(volume, manifest);
      if (found === undefined) continue;
      if (subPath === undefined) {
        const nested = mountPointsBelow(mountPath, volumeMounts);
        contents[keyVolume(unique, name)] = { ...keyFiles(found.keys, found.mode, fsGroup), ...nested };
        mounts.push(volumeMount(keyVolume(unique, name), mountPath, true));
      } else {
        const file = join(folder, `${unique}-${name}-${subPath}`);
        await writeFile(file, found.keys.get(subPath) ?? '', { mode: found.mode });
        binds.push(`${file}:${mountPath}:ro`);
      }
    }
  }
  return { mounts, tmpfs, binds, contents };
}

/**
 * The folders for what is mounted below a volume of keys: the kubelet makes them, since the volume itself is read-only.
 */
function mountPointsBelow(mountPath: string, mounts: NonNullable<Container['volumeMounts']>): Files {
  const below = mounts.filter((one) => one.mountPath.startsWith(`${mountPath}/`));
  return Object.fromEntries(
    below.map((one) => [one.mountPath.slice(mountPath.length + 1), { directory: true, mode: 0o755 }]),
  );
}

/** The engine's volume of a pod's ConfigMap or Secret, or of an emptyDir of several containers. */
function keyVolume(unique: string, volume: string): string {
  return `${unique}-${volume}`;
}

/** One for each mount, also where several are folders (subPath) of the same emptyDir. */
function tmpfsOptions(volume: Extract<Volume, { emptyDir: unknown }>, fsGroup: number): string {
  const { sizeLimit } = volume.emptyDir;
  const size = sizeLimit === undefined ? [] : [`size=${bytesOfQuantity(sizeLimit)}`];
  return ['rw', 'exec', 'nosuid', 'nodev', 'mode=2777', `gid=${fsGroup}`, ...size].join(',');
}

/**
 * Swaps the ConfigMaps and Secrets of a running pod for those of the manifest, as the kubelet does; what is not there
 * any more, or is mounted by subPath, stays.
 */
export async function refreshVolumes(
  { volumes }: Pick<CreatedPod, 'volumes'>,
  { template: { spec }, unique }: Pick<PodWish, 'template' | 'unique'>,
  manifest: PodWish['manifest'],
): Promise<void> {
  for (const one of spec.volumes ?? []) {
    const own = keyVolume(unique, one.name);
    if (!volumes.includes(own) || !isThere(one, manifest)) continue;
    const found = keysOfVolume(one, manifest);
    if (found !== undefined) await swapKeys(own, found.keys, found.mode, spec.securityContext.fsGroup);
  }
}

/** What a pod is told of itself, by the downward API and by /etc/hosts. */
export interface PodIdentity {
  readonly name: string;
  readonly namespace: string;
  readonly ip: string;
  /** With it a pod has a name of its own; a StatefulSet gives its serviceName. */
  readonly subdomain?: string | undefined;
  /** The name of the machine that it would run on. */
  readonly machine?: string;
}

/**
 * The container's variables, in the order of the manifest: a value may use those before it. Throws where a Secret or
 * its key is missing.
 */
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

function fieldOf(
  pod: PodIdentity,
  path: 'metadata.name' | 'metadata.namespace' | 'spec.nodeName' | 'status.podIP',
): string {
  switch (path) {
    case 'spec.nodeName':
      return pod.machine ?? 'machine-0';
    case 'metadata.name':
      return pod.name;
    case 'metadata.namespace':
      return pod.namespace;
    case 'status.podIP':
      return pod.ip;
  }
}

/**
 * Kubernetes' expansion of `$(NAME)` in command, args and env: a known name gives its value, an unknown one stays as it
 * is written, `$$` is one `$` and begins nothing (k8s.io/kubernetes third_party/forked/golang/expansion).
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
