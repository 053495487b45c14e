/** The process of a start, by what no other one has: the kernel's boot, its namespaces, its number and when it began. */
export interface StartOwner extends ProcessTime {
  readonly boot: string;
  readonly pidNamespace: string;
  readonly mountNamespace: string;
}

export interface ProcessTime {
  readonly pid: number;
  /** Clock ticks from the boot (field 22 of /proc/<pid>/stat). It survives execve, as the number does. */
  readonly startTime: string;
}

/** The boot of a process that could not find out where it runs. */
export const UNKNOWN = '0';

const PREFIX = 'valkey-bundle';
const NAME = /^valkey-bundle-([0-9a-f]+)-(\d+)-(\d+)-(\d+)-(\d+)-[0-9a-f]{16}$/;

/** The name of a start's directory: `valkey-bundle-BOOT-PIDNS-MNTNS-PID-TIME-RANDOM`. With the random part nobody can wait there for us. */
export function startName(owner: StartOwner, random: string): string {
  const { boot, pidNamespace, mountNamespace, pid, startTime } = owner;
  return [PREFIX, boot, pidNamespace, mountNamespace, pid, startTime, random].join('-');
}

/** Who made the directory of that name; null where it is not one of a start. */
export function ownerOf(name: string): StartOwner | null {
  const [, boot, pidNamespace, mountNamespace, pid, startTime] = NAME.exec(name) ?? [];
  if (boot === undefined || pidNamespace === undefined || mountNamespace === undefined) return null;
  if (pid === undefined || startTime === undefined) return null;
  return { boot, pidNamespace, mountNamespace, pid: Number(pid), startTime };
}

/** Containers of one pod may share processes, or /dev/shm; each has mounts of its own. */
export function isOfContainer(owner: StartOwner, here: StartOwner): boolean {
  return hasSameProcesses(owner, here) && owner.mountNamespace === here.mountNamespace;
}

interface Proofs {
  /** There is no such process any more among those of this PID namespace. */
  isGone(process: ProcessTime): boolean;
  /** The directory lies on the container's root file system, which no other container has. */
  isOnRoot(): boolean;
}

/**
 * Two live PID namespaces of one boot never have one inode number, and a number that is ours now is of a namespace that is gone or of ours:
 * in both cases our processes tell. Any other namespace cannot be looked into; but on our own root file system only earlier runs of this
 * container have left anything.
 */
export function isProvenDead(owner: StartOwner, here: StartOwner, proofs: Proofs): boolean {
  if (owner.boot === UNKNOWN || here.boot === UNKNOWN) return false;
  return hasSameProcesses(owner, here) ? proofs.isGone(owner) : proofs.isOnRoot();
}

function hasSameProcesses(owner: StartOwner, here: StartOwner): boolean {
  return owner.boot === here.boot && owner.pidNamespace === here.pidNamespace;
}
