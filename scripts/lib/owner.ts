import { readFileSync, readlinkSync } from 'node:fs';
import process from 'node:process';

/** The label of everything in an engine that must not outlive the run that made it: its value is the run's owner. */
export const ownerLabel = 'valkey-bundle.owner';

/** Processes that are started with it make things for the owner that it names; they are a part of that run. */
export const ownerVariable = 'VALKEY_BUNDLE_OWNER';

/** The part of this machine's processes that can be seen from here. */
export interface Sight {
  readonly boot: string;
  /** Process numbers mean nothing in another namespace. */
  readonly namespace: string;
  /** With an engine elsewhere, another boot may be another machine, at work. */
  readonly isEngineHere: boolean;
  /** The line of /proc/<pid>/stat, or null where there is no such process. */
  stat(pid: number): string | null;
}

/** The label for what this process makes. */
export function ownLabel(): Record<string, string> {
  return { [ownerLabel]: currentOwner() };
}

/** The owner of what this process makes: the run that it is a part of, or itself. */
export function currentOwner(): string {
  return process.env[ownerVariable] ?? ownerOf(process.pid);
}

/** A process as an owner: boot, namespace, number, and when it started, because numbers are given again. */
export function ownerOf(pid: number, sight = sightFromHere()): string {
  return [sight.boot, sight.namespace, pid, startedAt(sight.stat(pid))].join('/');
}

/** True only where it is certain that nobody is at work for this owner any more. */
export function isDead(owner: string, sight: Sight): boolean {
  const [boot = '', namespace, pid, started] = owner.split('/');
  if (!/^[0-9a-f-]{36}$/.test(boot) || !/^\d+$/.test(pid ?? '') || !/^\d+$/.test(started ?? '')) return false;
  if (boot !== sight.boot) return sight.isEngineHere && sight.boot !== '';
  return namespace === sight.namespace && started !== startedAt(sight.stat(Number(pid)));
}

export function sightFromHere(): Sight {
  return {
    boot: tried(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()) ?? '',
    namespace: tried(() => readlinkSync('/proc/self/ns/pid').replace(/\D/g, '')) ?? '',
    isEngineHere: (process.env['DOCKER_HOST'] ?? 'unix:').startsWith('unix:'),
    stat: (pid) => tried(() => readFileSync(`/proc/${pid}/stat`, 'latin1')),
  };
}

/** Field 22, in ticks since the boot; empty for a process that is gone, or ended and waits for its parent (Z, X). */
function startedAt(stat: string | null): string {
  // Field 2 is the program's name in parentheses, with whatever characters it has.
  const [state = 'X', ...fields] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  return /[ZXx]/.test(state) ? '' : (fields[18] ?? '');
}

function tried(read: () => string): string | null {
  try {
    return read();
  } catch {
    return null;
  }
}
