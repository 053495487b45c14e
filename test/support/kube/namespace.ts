import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engine } from '../docker-engine.ts';
import type { PodIdentity } from './create-pod.ts';
import { type RunningJob, runJob } from './job.ts';
import { always, type KubeObject, type NotRun, readManifest } from './manifest.ts';
import { makeNetwork, startNameServer, type TestNetwork, type Zone, zoneOf } from './names.ts';
import { type Pod, startPod } from './pod.ts';
import type { Job, PodTemplate, StatefulSet } from './schema.ts';
import { claimFiles, makeVolumes } from './volumes.ts';

/** What was applied, running as containers on a network of its own. */
export interface Namespace {
  readonly name: string;
  readonly network: TestNetwork;
  /** What of it has no effect here. */
  readonly notRun: readonly NotRun[];
  /**
   * `kubectl apply`: new objects begin, a StatefulSet gets as many pods as it says now, running pods get the contents
   * of ConfigMaps and Secrets. A changed Job is refused, as the API does.
   */
  apply(objects: readonly KubeObject[]): Promise<void>;
  /** `kubectl delete job` */
  deleteJob(name: string): Promise<void>;
  pod(name: string): Pod;
  pods(): readonly Pod[];
  job(name: string): RunningJob;
  /** `kubectl create job --from=cronjob/<name>`, under a name of its own each time. */
  runCronJob(name: string): RunningJob;
  /**
   * Makes pods anew from what was applied last: same name and claims, another address. All of them go before the first
   * one comes. Names may lead to the former addresses for some seconds from when the new pods have started.
   */
  replacePods(names: readonly string[], how: 'at once' | 'in peace', oldNamesSeconds?: number): Promise<void>;
  /**
   * Takes a pod away and gives the engine's volume of its claim, for what a test does to the data; replacePods brings
   * it back.
   */
  takeAway(name: string, claim: string): Promise<string>;
  /** What the name server answers now. */
  zone(): Zone;
  remove(): Promise<void>;
}

/** fsGroup of the pods that mount them: all of ours have this one. */
const CLAIM_GROUP = 999;
/** More than pods take to be made anew. */
const STARTING_SECONDS = 600;

/**
 * Applies rendered objects to a namespace of their own. `bound` are volumes of the engine for claims that are objects
 * of their own, by the claims' names: they outlive the namespace. Other claims get volumes that do not.
 */
export async function openNamespace(
  objects: readonly KubeObject[],
  bound: ReadonlyMap<string, string> = new Map(),
): Promise<Namespace> {
  const run = `kube-${randomUUID().slice(0, 8)}`;
  let manifest = readManifest(objects);
  const namespace = manifest.namespace;
  const network = await makeNetwork();
  const names = await startNameServer(network);
  const folder = await mkdtemp(join(tmpdir(), 'kube-'));
  const pods = new Map<string, Pod>();
  const jobs = new Map<string, RunningJob>();
  const claims = new Set<string>();
  const namedClaims = new Map(bound);
  let serial = 0;

  const subdomains = new Map<string, string>();
  const zone = (): Zone =>
    zoneOf(
      namespace,
      manifest.services,
      [...pods.values()].map((pod) => ({ ...pod, isReady: pod.isReady, subdomain: subdomains.get(pod.name) })),
    );
  const publish = (): Promise<void> => names.publish(zone());

  const start = (name: string, template: PodTemplate, claimsOfPod: ReadonlyMap<string, string>): Promise<Pod> => {
    const machine = machineOf(name);
    const identity: PodIdentity = {
      name,
      namespace,
      ip: network.nextAddress(),
      subdomain: subdomains.get(name),
      machine,
    };
    serial += 1;
    const unique = `${run}-${name}-${serial}`;
    return startPod(
      { identity, template, manifest, network, unique, claims: claimsOfPod, namedClaims, folder },
      publish,
    );
  };
  const startMember = async (set: StatefulSet, name: string): Promise<void> => {
    const own = await claimsOf(set, name);
    subdomains.set(name, set.spec.serviceName);
    pods.set(name, await start(name, set.spec.template, own));
  };
  const claimsOf = async (set: StatefulSet, pod: string): Promise<ReadonlyMap<string, string>> => {
    const { fsGroup } = set.spec.template.spec.securityContext;
    const own = (set.spec.volumeClaimTemplates ?? []).map(({ metadata }): [string, string] => [
      metadata.name,
      `${run}-${metadata.name}-${pod}`,
    ]);
    const missing = own.map(([, volume]) => volume).filter((volume) => !claims.has(volume));
    await makeVolumes(Object.fromEntries(missing.map((volume) => [volume, claimFiles(fsGroup)])));
    for (const volume of missing) claims.add(volume);
    return new Map(own);
  };
  const scale = async (set: StatefulSet): Promise<void> => {
    const wanted = membersOf(set);
    const gone = [...pods.keys()].filter((name) => !wanted.includes(name));
    await settle(gone.map((name) => drop(name, 'in peace')));
    await settle(wanted.filter((name) => !pods.has(name)).map((name) => startMember(set, name)));
    await publish();
  };
  const drop = async (name: string, how: 'at once' | 'in peace'): Promise<void> => {
    await pods.get(name)?.remove(how);
    pods.delete(name);
  };
  const startJob = (job: Job): RunningJob => {
    const { name } = job.metadata;
    const running = runJob(job, (attempt) => start(`${name}-${attempt}`, job.spec.template, new Map()));
    jobs.set(name, running);
    return running;
  };
  const bindClaims = async (): Promise<void> => {
    for (const { name } of manifest.claims.map(({ metadata }) => metadata)) {
      if (namedClaims.has(name)) continue;
      const volume = `${run}-${name}`;
      namedClaims.set(name, volume);
      claims.add(volume);
      await makeVolumes({ [volume]: claimFiles(CLAIM_GROUP) });
    }
  };
  const reconcile = async (): Promise<void> => {
    await bindClaims();
    await settle(manifest.statefulSets.map(scale));
    for (const job of manifest.jobs) {
      const present = jobs.get(job.metadata.name);
      if (present === undefined) startJob(job);
      else if (JSON.stringify(present.job) !== JSON.stringify(job))
        throw new Error(`Job ${job.metadata.name}: spec.template: field is immutable`);
    }
  };
  const remove = async (): Promise<void> => {
    await Promise.all([...jobs.values()].map((job) => job.remove()));
    await Promise.all([...pods.values()].map((pod) => pod.remove('at once')));
    await names.remove();
    await network.remove();
    for (const volume of claims) await engine.getVolume(volume).remove();
    await rm(folder, { recursive: true, force: true });
  };

  try {
    await reconcile();
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    name: namespace,
    network,
    notRun: [...manifest.notRun, ...always],
    async apply(next) {
      manifest = readManifest(next);
      await Promise.all([...pods.values()].map((pod) => pod.refresh(manifest)));
      await reconcile();
    },
    async deleteJob(name) {
      await jobs.get(name)?.remove();
      jobs.delete(name);
    },
    pod: (name) => found(pods.get(name), `pod ${name}`),
    pods: () => [...pods.values()],
    job: (name) => found(jobs.get(name), `Job ${name}`),
    runCronJob(name) {
      const cronJob = found(
        manifest.cronJobs.find(({ metadata }) => metadata.name === name),
        `CronJob ${name}`,
      );
      serial += 1;
      const { spec } = cronJob.spec.jobTemplate;
      return startJob({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: `${name}-${serial}` }, spec });
    },
    async replacePods(replaced, how, oldNamesSeconds = 0) {
      if (oldNamesSeconds > 0) await names.keepAnswers(STARTING_SECONDS);
      await Promise.all(replaced.map((name) => drop(name, how)));
      await publish();
      await reconcile();
      if (oldNamesSeconds > 0) await names.keepAnswers(oldNamesSeconds);
    },
    async takeAway(name, claim) {
      await drop(name, 'at once');
      await publish();
      return `${run}-${claim}-${name}`;
    },
    zone,
    remove,
  };
}

/** Waits for all, also where one fails: what has begun has to be there when the namespace is removed. */
async function settle(promises: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(promises)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

/** As a scheduler that spreads pods over three machines may choose: in turn, by the ordinal. */
export function machineOf(pod: string): string {
  return `machine-${Number(/\d+$/.exec(pod)?.[0] ?? 0) % 3}`;
}

function membersOf({ metadata, spec }: StatefulSet): string[] {
  return Array.from({ length: spec.replicas }, (_, ordinal) => `${metadata.name}-${ordinal}`);
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`there is no ${what}`);
  return value;
}
