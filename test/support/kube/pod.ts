import { setTimeout as pause } from 'node:timers/promises';
import type Docker from 'dockerode';
import { execIn, type Output, outputOf, type Ran } from '../../../scripts/lib/engine.ts';
import { engine } from '../docker-engine.ts';
import { type CreatedPod, createPod, type PodWish } from './create-pod.ts';
import type { Container, Job, PodTemplate, Probe } from './schema.ts';

/** A running pod, whose container is kept running as the kubelet does. */
export interface Pod {
  readonly name: string;
  readonly ip: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly docker: Docker.Container;
  readonly isReady: boolean;
  /** How often the container ended and was started again, and why, in order: `exit 137`, `liveness probe`. */
  readonly restarts: readonly string[];
  exec(...command: string[]): Promise<Ran>;
  output(): Promise<Output>;
  /** The exit code of a pod that is not to be restarted. */
  ended(): Promise<number>;
  /** SIGKILL to everything in it, as when a machine is lost; the container is restarted unless the pod is deleted. */
  kill(): Promise<void>;
  /** Ends it: at once (a lost machine), or with SIGTERM first. */
  remove(how: 'at once' | 'in peace'): Promise<void>;
}

/** Starts a pod. `changed` is called whenever it becomes ready or unready. */
export async function startPod(wish: PodWish, changed: () => Promise<void>): Promise<Pod> {
  const created = await createPod(wish);
  const state: State = { isReady: false, removed: new AbortController(), restarts: [] };
  const end = Promise.withResolvers<number>();
  const { container: docker, init } = created;
  if (init.length === 0) await docker.start();
  void run().then(end.resolve, end.reject);
  // Whoever needs the code asks for it; nobody else has to.
  end.promise.catch(() => {});
  return {
    name: wish.identity.name,
    ip: wish.identity.ip,
    labels: wish.template.metadata.labels,
    docker,
    get isReady() {
      return state.isReady;
    },
    restarts: state.restarts,
    exec: (...command) => execIn(docker, command),
    async output() {
      const all = await Promise.all([...init, docker].map((one) => outputOf(one)));
      const joined = (stream: keyof Output): string => all.map((one) => one[stream]).join('');
      return { stdout: joined('stdout'), stderr: joined('stderr') };
    },
    ended: () => end.promise,
    kill: () => docker.kill({ signal: 'SIGKILL' }),
    async remove(how) {
      state.removed.abort();
      state.isReady = false;
      if (how === 'in peace') await docker.stop().catch(() => {});
      await remove(created);
    },
  };

  async function run(): Promise<number> {
    for (const one of init) {
      const code = await runInit(one, wish.template, state);
      if (code !== 0) return code;
    }
    if (init.length > 0) await docker.start();
    return keepRunning(wish, docker, state, changed);
  }
}

/** Runs an init container until it ends with 0. The first other code is that of a pod that is not to be restarted. */
async function runInit(docker: Docker.Container, { spec }: PodTemplate, state: State): Promise<number> {
  for (let backoff = 10; ; backoff = Math.min(backoff * 2, 300)) {
    await docker.start();
    const code = await exitOf(docker);
    if (code === 0 || state.removed.signal.aborted || spec.restartPolicy === 'Never') return code;
    state.restarts.push(`init exit ${code}`);
    await pause(backoff * 1000, undefined, { signal: state.removed.signal }).catch(() => {});
    if (state.removed.signal.aborted) return code;
  }
}

interface State {
  isReady: boolean;
  readonly removed: AbortController;
  readonly restarts: string[];
}

/** The kubelet's loop: probes while it runs, a restart when it has ended, the second one in a row after 10 s, then 20 s, and so on. */
async function keepRunning(
  { template }: PodWish,
  docker: Docker.Container,
  state: State,
  changed: () => Promise<void>,
): Promise<number> {
  const [container] = template.spec.containers;
  for (let backoff = 0; ; backoff = Math.min(Math.max(10, backoff * 2), 300)) {
    const ended = new AbortController();
    const ready = async (isReady: boolean): Promise<void> => {
      if (state.isReady === isReady || ended.signal.aborted) return;
      state.isReady = isReady;
      await changed();
    };
    let why: string | undefined;
    const restart = async (probe: string): Promise<void> => {
      why = probe;
      await docker.kill({ signal: 'SIGKILL' });
    };
    const life =
      container === undefined
        ? undefined
        : watchLife(docker, container, ended.signal, { ready, restart }).catch(() => {});
    const code = await exitOf(docker);
    ended.abort();
    await life;
    if (state.isReady) {
      state.isReady = false;
      if (!state.removed.signal.aborted) await changed();
    }
    if (state.removed.signal.aborted || template.spec.restartPolicy === 'Never') return code;
    await pause(backoff * 1000, undefined, { signal: state.removed.signal }).catch(() => {});
    if (state.removed.signal.aborted) return code;
    state.restarts.push(why ?? `exit ${code}`);
    await docker.start();
  }
}

async function exitOf(docker: Docker.Container): Promise<number> {
  const result: unknown = await docker.wait();
  if (typeof result === 'object' && result !== null && 'StatusCode' in result) return Number(result.StatusCode);
  throw new Error('the engine did not say how the container ended');
}

async function remove({ container, init, volumes }: CreatedPod): Promise<void> {
  for (const one of [...init, container]) await one.remove({ force: true, v: true });
  for (const volume of volumes) await engine.getVolume(volume).remove();
}

interface Reports {
  ready(isReady: boolean): Promise<void>;
  /** A probe has failed too often. */
  restart(why: string): Promise<void>;
}

/**
 * Runs the probes of a container that has just been started, until it is aborted. The others wait for the startup probe; without a readiness
 * probe it is ready as soon as it has started.
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
 * Runs a probe until it is aborted, and reports each change as Kubernetes makes it: after `successThreshold` successes or `failureThreshold`
 * failures in a row. Kubernetes' own defaults where the manifest says nothing.
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

/** How a Job went. */
interface JobEnd {
  readonly succeeded: boolean;
  /** One a pod, in order. */
  readonly exitCodes: readonly number[];
  /** What all its pods printed. */
  readonly log: string;
}

/** A Job at work. */
export interface RunningJob {
  readonly job: Job;
  /** The pod of the attempt that runs now, or ran last. */
  current(): Pod | undefined;
  done(): Promise<JobEnd>;
  remove(): Promise<void>;
}

/**
 * Runs a Job as its controller does: a pod after another until one ends with 0, or with an exit code that podFailurePolicy names, or more
 * than backoffLimit have failed.
 */
export function runJob(
  job: Job,
  startPod: (attempt: number) => Promise<Pod>,
  delayMs: (failed: number) => number = controllerDelayMs,
): RunningJob {
  const pods: Pod[] = [];
  const removed = new AbortController();
  const done = attempts();
  done.catch(() => {});
  return {
    job,
    current: () => pods.at(-1),
    done: () => done,
    async remove() {
      removed.abort();
      await Promise.all(pods.map((pod) => pod.remove('at once')));
      // A pod that was on its way when this began is there now.
      await done.catch(() => {});
    },
  };

  async function attempts(): Promise<JobEnd> {
    if (job.spec.template.spec.restartPolicy !== 'Never')
      throw new Error('the harness runs Jobs with restartPolicy Never');
    const exitCodes: number[] = [];
    let log = '';
    for (;;) {
      const pod = await startPod(exitCodes.length);
      if (removed.signal.aborted) await pod.remove('at once');
      else pods.push(pod);
      const code = await pod.ended();
      exitCodes.push(code);
      if (!removed.signal.aborted) {
        const { stdout, stderr } = await pod.output();
        log += `${stdout}${stderr}`;
      }
      const failed = exitCodes.length;
      if (code === 0 || removed.signal.aborted || failed > job.spec.backoffLimit || failsTheJob(job, code))
        return { succeeded: code === 0, exitCodes, log };
      await pause(delayMs(failed), undefined, { signal: removed.signal });
    }
  }
}

/** The first rule that knows the exit code decides; without one the pod counts towards backoffLimit. */
function failsTheJob({ spec }: Job, code: number): boolean {
  const rules = spec.podFailurePolicy?.rules ?? [];
  return rules.some(({ onExitCodes }) => onExitCodes.values.includes(code));
}

/** 10 s, doubled each time. */
function controllerDelayMs(failed: number): number {
  return Math.min(10 * 2 ** (failed - 1), 360) * 1000;
}
