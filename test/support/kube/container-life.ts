import type Docker from 'dockerode';
import { execIn } from '../docker-exec.ts';
import { type Ask, watchProbe } from './probe.ts';
import type { Container } from './schema.ts';

interface Reports {
  ready(isReady: boolean): Promise<void>;
  /** A probe has failed too often. */
  restart(why: string): Promise<void>;
}

/**
 * Runs the probes of a container that has just been started, until it is aborted. The others wait for the startup probe; without a readiness
 * probe it is ready as soon as it has started.
 */
export async function watchLife(
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
