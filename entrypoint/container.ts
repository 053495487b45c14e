import type { Machine } from './host.ts';

/** Names of the processes that engines and images put first to reap and to hand signals on; they end with the process that they start. */
const INITS: ReadonlySet<string> = new Set([
  'docker-init',
  'tini',
  'tini-static',
  'catatonit',
  'podman-init',
  'dumb-init',
]);

/**
 * Whether the container ends with this process: it is the first one, or that is an init which started this. Where a pod shares its process
 * namespace, the pod's `pause` is the first, and containers begin outside of it. A shell that started this goes on without it.
 */
export function isContainers({
  pid,
  parentPid,
  firstProcess,
}: Pick<Machine, 'pid' | 'parentPid' | 'firstProcess'>): boolean {
  if (pid === 1) return true;
  if (parentPid === 1) return INITS.has(firstProcess());
  return parentPid === 0 && firstProcess() === 'pause';
}
