import { randomUUID } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type Docker from 'dockerode';
import { removeNetwork } from '../../../scripts/lib/engine.ts';
import { createNetwork, engine, images, label, requireImage } from '../docker-engine.ts';
import type { Service } from './schema.ts';

/** Names and their addresses. */
export type Zone = Readonly<Record<string, readonly string[]>>;

/** What questions are answered from: `old` until its time is up, as a cache before CoreDNS or in it would. */
export interface Answers {
  readonly zone: Zone;
  readonly old?: { readonly zone: Zone; readonly until: number };
}

/** What CoreDNS is to a cluster: answers for the names of services and pods, and for nothing else. */
interface NameServer {
  /** Takes effect with the next question, or when old answers are over. */
  publish(zone: Zone): Promise<void>;
  /** From now on answers are those of now, or those that are old already, for this many seconds. */
  keepAnswers(seconds: number): Promise<void>;
  remove(): Promise<void>;
}

/** Starts it on the network's own address for it: this Node and name-server.ts, in a container. */
export async function startNameServer(network: TestNetwork): Promise<NameServer> {
  const folder = await mkdtemp(join(tmpdir(), 'zone-'));
  let serial = 0;
  let answers: Answers = { zone: {} };
  let written: Promise<void> = Promise.resolve();
  const answer = (next: Answers): Promise<void> => {
    answers = next;
    serial += 1;
    const file = join(folder, `next-${serial}.json`);
    // One after the other, and renamed into place: a question finds the latest zone, and never half of one.
    written = written.then(async () => {
      await writeFile(file, JSON.stringify(next));
      await rename(file, join(folder, 'zone.json'));
    });
    return written;
  };
  await answer(answers);
  await requireImage(images.test);
  const container = await engine.createContainer({
    Image: images.test,
    Labels: label,
    User: '0:0',
    Entrypoint: ['/node', '/server/name-server.ts', '/zone/zone.json'],
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      Binds: [
        `${process.execPath}:/node:ro`,
        `${fileURLToPath(new URL('./name-server.ts', import.meta.url))}:/server/name-server.ts:ro`,
        `${folder}:/zone:ro`,
      ],
      NetworkMode: network.name,
    },
    NetworkingConfig: { EndpointsConfig: { [network.name]: { IPAMConfig: { IPv4Address: network.nameServer } } } },
  });
  await container.start();
  return {
    publish: (zone) => answer({ ...answers, zone }),
    keepAnswers(seconds) {
      const { zone, old } = answers;
      const kept = old !== undefined && old.until > Date.now() ? old.zone : zone;
      return answer({ zone, old: { zone: kept, until: Date.now() + seconds * 1000 } });
    },
    async remove() {
      await container.remove({ force: true, v: true });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What names need to know of a pod. */
interface NamedPod {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ip: string;
  readonly isReady: boolean;
  /** The StatefulSet's serviceName: the pod has a name of its own under it. */
  readonly subdomain: string | undefined;
}

/**
 * The names that Kubernetes gives services and pods, with their addresses: `<service>.<namespace>.svc.cluster.local` leads to the pods that are
 * ready (to all, with publishNotReadyAddresses), and below a headless service each pod that it leads to has its own. Without a ready pod a
 * headless service's name does not exist.
 */
export function zoneOf(
  namespace: string,
  services: readonly Service[],
  pods: readonly NamedPod[],
): Record<string, string[]> {
  const zone: Record<string, string[]> = {};
  for (const { metadata, spec } of services) {
    const published = pods.filter(
      ({ labels, isReady }) => matches(labels, spec.selector) && (isReady || spec.publishNotReadyAddresses === true),
    );
    const name = `${metadata.name}.${namespace}.svc.cluster.local`;
    zone[name] = published.map(({ ip }) => ip);
    if (spec.clusterIP !== 'None') continue;
    for (const pod of published) if (pod.subdomain === metadata.name) zone[`${pod.name}.${name}`] = [pod.ip];
    if (published.length === 0) delete zone[name];
  }
  return zone;
}

/** Whether labels fit a selector of equal pairs. */
export function matches(labels: Readonly<Record<string, string>>, selector: Readonly<Record<string, string>>): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

/** The search list of a pod's resolv.conf: so `valkey-0.valkey-headless` is found in the pod's own namespace. */
export function searchDomains(namespace: string): string[] {
  return [`${namespace}.svc.cluster.local`, 'svc.cluster.local', 'cluster.local'];
}

/** A network of one test's own, which hands out addresses: none is given twice, as a restarted pod mostly gets another one. */
export interface TestNetwork {
  readonly name: string;
  readonly nameServer: string;
  nextAddress(): string;
  connect(container: Docker.Container, address: string): Promise<void>;
  disconnect(container: Docker.Container): Promise<void>;
  remove(): Promise<void>;
}

/** Makes it `internal`: nothing on it reaches beyond. */
export async function makeNetwork(): Promise<TestNetwork> {
  const name = `kube-${randomUUID().slice(0, 8)}`;
  const { docker, prefix } = await createNetwork(name, { Internal: true });
  return describe(docker, name, prefix);
}

function describe(network: Docker.Network, name: string, prefix: string): TestNetwork {
  let last = 9;
  return {
    name,
    nameServer: `${prefix}.2`,
    nextAddress() {
      last += 1;
      if (last > 254) throw new Error(`the network ${name} has no address left`);
      return `${prefix}.${last}`;
    },
    connect: (container, address) =>
      network.connect({ Container: container.id, EndpointConfig: { IPAMConfig: { IPv4Address: address } } }),
    disconnect: (container) => network.disconnect({ Container: container.id, Force: true }),
    remove: () => removeNetwork(network),
  };
}
