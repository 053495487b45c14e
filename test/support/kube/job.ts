import { setTimeout as pause } from 'node:timers/promises';
import type { Pod } from './pod.ts';
import type { Job } from './schema.ts';

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
 * Runs a Job as its controller does: a pod after another until one ends with 0, or with an exit code that
 * podFailurePolicy names, or more than backoffLimit have failed.
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
