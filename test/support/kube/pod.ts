import { setTimeout as pause } from 'node:timers/promises';
import type Docker from 'dockerode';
import { engine } from '../docker-engine.ts';
import { type Executed, execIn } from '../docker-exec.ts';
import { type Output, outputOf } from '../docker-output.ts';
import { watchLife } from './container-life.ts';
import { type CreatedPod, createPod, type PodWish } from './create-pod.ts';

/** A running pod, whose container is kept running as the kubelet does. */
export interface Pod {
  readonly name: string;
  readonly ip: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly docker: Docker.Container;
  readonly isReady: boolean;
  /** How often the container ended and was started again, and why, in order: `exit 137`, `liveness probe`. */
  readonly restarts: readonly string[];
  exec(...command: string[]): Promise<Executed>;
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
  const { container: docker } = created;
  await docker.start();
  void keepRunning(wish, docker, state, changed).then(end.resolve, end.reject);
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
    output: () => outputOf(docker),
    ended: () => end.promise,
    kill: () => docker.kill({ signal: 'SIGKILL' }),
    async remove(how) {
      state.removed.abort();
      state.isReady = false;
      if (how === 'in peace') await docker.stop().catch(() => {});
      await remove(created);
    },
  };
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

async function remove({ container, volumes }: CreatedPod): Promise<void> {
  await container.remove({ force: true, v: true });
  for (const volume of volumes) await engine.getVolume(volume).remove();
}
