import { setTimeout as pause } from 'node:timers/promises';
import type Docker from 'dockerode';
import { execIn, type Output, outputOf, type Ran } from '../../../scripts/lib/engine.ts';
import { engine } from '../docker-engine.ts';
import { type CreatedPod, createPod, type PodWish, refreshVolumes } from './create-pod.ts';
import type { Container, Probe } from './schema.ts';

/** A running pod, whose containers are kept running as the kubelet does. */
export interface Pod {
  readonly name: string;
  readonly ip: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The first container, which exec means, too; output that of the init containers and of this one. */
  readonly docker: Docker.Container;
  /** All of them, by name. */
  readonly containers: ReadonlyMap<string, Docker.Container>;
  /** Every container is. */
  readonly isReady: boolean;
  /**
   * How often a container ended and was started again, and why, in order: `exit 137`, `liveness probe`, `<name of
   * another one>: exit 1`.
   */
  readonly restarts: readonly string[];
  exec(...command: string[]): Promise<Ran>;
  output(): Promise<Output>;
  /**
   * The exit code of a pod that is not to be restarted, once all its containers have ended: the first one that is not
   * 0.
   */
  ended(): Promise<number>;
  /** Gives it ConfigMaps and Secrets that have changed, as the kubelet does while a pod runs. */
  refresh(manifest: PodWish['manifest']): Promise<void>;
  /** SIGKILL to everything in it, as when a machine is lost; the containers are restarted unless the pod is deleted. */
  kill(): Promise<void>;
  /** Ends it: at once (a lost machine), or with SIGTERM first. */
  remove(how: 'at once' | 'in peace'): Promise<void>;
}

/** Starts a pod. `changed` is called whenever it becomes ready or unready. */
export async function startPod(wish: PodWish, changed: () => Promise<void>): Promise<Pod> {
  const created = await createPod(wish);
  const [first] = created.containers;
  if (first === undefined) throw new Error(`${wish.identity.name} has no container`);
  const removed = new AbortController();
  const restarts: string[] = [];
  const ready = new Set<Docker.Container>();
  const isReady = (): boolean => ready.size === created.containers.length;
  await created.sandbox?.start();
  const begin = (): Promise<Promise<number>[]> =>
    Promise.all(
      created.containers.map(async (one) => {
        const { container, docker } = one;
        const report = async (containerIsReady: boolean): Promise<void> => {
          const before = isReady();
          if (containerIsReady) ready.add(docker);
          else ready.delete(docker);
          if (before !== isReady()) await changed();
        };
        const restarted = (why: string) => void restarts.push(one === first ? why : `${container.name}: ${why}`);
        await docker.start();
        return { end: keepRunning(wish, one, removed.signal, { ready: report, restarted }) };
      }),
    ).then((started) => started.map((one) => one.end));
  const codeOf = async (ends: readonly Promise<number>[]): Promise<number> =>
    (await Promise.all(ends)).find((code) => code !== 0) ?? 0;
  const end =
    created.init.length === 0
      ? codeOf(await begin())
      : initialize(created, wish, removed.signal, restarts).then((code) => code ?? begin().then(codeOf));
  // Whoever needs the code asks for it; nobody else has to.
  end.catch(() => {});
  const dockers = created.containers.map(({ docker }) => docker);
  return {
    name: wish.identity.name,
    ip: wish.identity.ip,
    labels: wish.template.metadata.labels,
    docker: first.docker,
    containers: new Map(created.containers.map(({ container, docker }) => [container.name, docker])),
    get isReady() {
      return isReady();
    },
    restarts,
    exec: (...command) => execIn(first.docker, command),
    async output() {
      const all = await Promise.all([...created.init, first].map(({ docker }) => outputOf(docker)));
      const joined = (stream: keyof Output): string => all.map((one) => one[stream]).join('');
      return { stdout: joined('stdout'), stderr: joined('stderr') };
    },
    ended: () => end,
    refresh: (manifest) => refreshVolumes(created, wish, manifest),
    async kill() {
      await Promise.all(dockers.map((docker) => docker.kill({ signal: 'SIGKILL' })));
    },
    async remove(how) {
      removed.abort();
      ready.clear();
      if (how === 'in peace') await Promise.all(dockers.map((docker) => docker.stop().catch(() => {})));
      await remove(created);
    },
  };
}

/** What becomes of one container. */
interface Events {
  ready(isReady: boolean): Promise<void>;
  restarted(why: string): void;
}

/**
 * The kubelet's loop: probes while it runs, a restart when it has ended, the second one in a row after 10 s, then 20 s,
 * and so on.
 */
async function keepRunning(
  { template }: PodWish,
  { container, docker }: CreatedPod['containers'][number],
  removed: AbortSignal,
  events: Events,
): Promise<number> {
  let wasReady = false;
  for (let backoff = 0; ; backoff = Math.min(Math.max(10, backoff * 2), 300)) {
    const ended = new AbortController();
    const ready = async (isReady: boolean): Promise<void> => {
      if (wasReady === isReady || ended.signal.aborted || removed.aborted) return;
      wasReady = isReady;
      await events.ready(isReady);
    };
    let why: string | undefined;
    const restart = async (probe: string): Promise<void> => {
      why = probe;
      await docker.kill({ signal: 'SIGKILL' });
    };
    const life = watchLife(docker, container, ended.signal, { ready, restart }).catch(() => {});
    const code = await exitOf(docker);
    ended.abort();
    await life;
    if (wasReady) {
      wasReady = false;
      if (!removed.aborted) await events.ready(false);
    }
    if (removed.aborted || template.spec.restartPolicy === 'Never') return code;
    await pause(backoff * 1000, undefined, { signal: removed }).catch(() => {});
    if (removed.aborted) return code;
    events.restarted(why ?? `exit ${code}`);
    await docker.start();
  }
}

/**
 * Runs the init containers, each until it ends with 0, one that fails later and later. Null once all have; else the
 * code of one that failed in a pod that is not to be restarted, or is removed.
 */
async function initialize(
  { init }: CreatedPod,
  { template }: PodWish,
  removed: AbortSignal,
  restarts: string[],
): Promise<number | null> {
  for (const { container, docker } of init) {
    for (let backoff = 10; ; backoff = Math.min(backoff * 2, 300)) {
      await docker.start();
      const code = await exitOf(docker);
      if (code === 0) break;
      if (removed.aborted || template.spec.restartPolicy === 'Never') return code;
      restarts.push(`${container.name}: exit ${code}`);
      await pause(backoff * 1000, undefined, { signal: removed }).catch(() => {});
      if (removed.aborted) return code;
    }
  }
  return null;
}

async function exitOf(docker: Docker.Container): Promise<number> {
  const result: unknown = await docker.wait();
  if (typeof result === 'object' && result !== null && 'StatusCode' in result) return Number(result.StatusCode);
  throw new Error('the engine did not say how the container ended');
}

async function remove({ init, containers, sandbox, volumes }: CreatedPod): Promise<void> {
  await Promise.all([...init, ...containers].map(({ docker }) => docker.remove({ force: true, v: true })));
  await sandbox?.remove({ force: true, v: true });
  for (const volume of volumes) await engine.getVolume(volume).remove();
}

interface Reports {
  ready(isReady: boolean): Promise<void>;
  /** A probe has failed too often. */
  restart(why: string): Promise<void>;
}

/**
 * Runs the probes of a container that has just been started, until it is aborted. The others wait for the startup
 * probe; without a readiness probe it is ready as soon as it has started.
 */
async function watchLife(
  docker: Docker.Container,
  container: Container,
  ended: AbortSignal,
  reports: Reports,
): Promise<void> {
  const ask = asker(docker);
  const { startupProbe, livenessProbe, readinessProbe } = container;
  if (startupProbe !== undefined) {
    const started = new AbortController();
    await watchProbe(startupProbe, ask, AbortSignal.any([ended, started.signal]), async (succeeds) => {
      if (!succeeds) await reports.restart('startup probe');
      started.abort();
    });
  }
  if (ended.aborted) return;
  if (readinessProbe === undefined) await reports.ready(true);
  await Promise.all([
    readinessProbe && watchProbe(readinessProbe, ask, ended, reports.ready),
    livenessProbe &&
      watchProbe(livenessProbe, ask, ended, async (succeeds) => {
        if (!succeeds) await reports.restart('liveness probe');
      }),
  ]);
}

/** An exec probe: exit code 0 in time. A command that hangs is left behind; it ends with its container. */
function asker(docker: Docker.Container): Ask {
  return async (command, timeoutMs) => {
    const { promise: tooLate, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), timeoutMs);
    const answer = execIn(docker, command).then(
      ({ exitCode }) => exitCode === 0,
      () => false,
    );
    const succeeds = await Promise.race([answer, tooLate]);
    clearTimeout(timer);
    return succeeds;
  };
}

/** One try of a probe. False also where the time is over. */
type Ask = (command: readonly string[], timeoutMs: number) => Promise<boolean>;

/**
 * Runs a probe until it is aborted, and reports each change as Kubernetes makes it: after `successThreshold` successes
 * or `failureThreshold` failures in a row. Kubernetes' own defaults where the manifest says nothing.
 */
export async function watchProbe(
  probe: Probe,
  ask: Ask,
  aborted: AbortSignal,
  report: (succeeds: boolean) => Promise<void> | void,
): Promise<void> {
  const { initialDelaySeconds = 0, periodSeconds = 10, timeoutSeconds = 1 } = probe;
  const { successThreshold = 1, failureThreshold = 3 } = probe;
  let last: boolean | undefined;
  let inARow = 0;
  await wait(initialDelaySeconds, aborted);
  while (!aborted.aborted) {
    const succeeds = await ask(probe.exec.command, timeoutSeconds * 1000);
    if (aborted.aborted) return;
    inARow = succeeds === last ? inARow + 1 : 1;
    last = succeeds;
    if (inARow === (succeeds ? successThreshold : failureThreshold)) await report(succeeds);
    await wait(periodSeconds, aborted);
  }
}

async function wait(seconds: number, aborted: AbortSignal): Promise<void> {
  try {
    await pause(seconds * 1000, undefined, { signal: aborted });
  } catch {
    // Aborted: the caller looks.
  }
}
