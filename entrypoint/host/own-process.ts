import { readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { codeOf } from './files.ts';

/** This process. The namespace of `--pid=host` has the same number on every machine, so the boot's id belongs to it. */
export function ownProcess(): StartOwner {
  try {
    const own = processTime('self');
    // A /proc of another PID namespace tells of other processes.
    if (own.pid !== process.pid) return nowhere();
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim().split('-').at(-1);
    return {
      boot: boot ?? UNKNOWN,
      pidNamespace: namespaceOf('pid'),
      mountNamespace: namespaceOf('mnt'),
      pid: own.pid,
      startTime: own.startTime,
    };
  } catch {
    return nowhere();
  }
}

/** The first process of this PID namespace, which lives as long as any process there. */
export function firstOfNamespace(): StartOwner {
  try {
    const { pid, startTime } = processTime('1');
    return { ...ownProcess(), pid, startTime };
  } catch {
    return nowhere();
  }
}

function nowhere(): StartOwner {
  return { boot: UNKNOWN, pidNamespace: '0', mountNamespace: '0', pid: process.pid, startTime: '0' };
}

/** The inode number in `pid:[4026531836]`. */
function namespaceOf(kind: 'pid' | 'mnt'): string {
  const number = /\[(\d+)\]$/.exec(readlinkSync(`/proc/self/ns/${kind}`))?.[1];
  if (number === undefined) throw new Error(`no number of the ${kind} namespace`);
  return number;
}

/**
 * From /proc/<pid>/stat, whose second field is a name in parentheses that may have spaces and parentheses itself
 * (proc_pid_stat(5)).
 */
function processTime(process: string): ProcessTime & { readonly state: string } {
  const text = readFileSync(`/proc/${process}/stat`, 'latin1');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  const startTime = fields[19];
  if (state === undefined || startTime === undefined) throw new Error(`/proc/${process}/stat has too few fields`);
  return { pid: Number.parseInt(text, 10), state, startTime };
}

/**
 * True if there is no longer such a process. A /proc may hide processes of other users (hidepid), kill(2) does not. A
 * process that has ended counts as gone even if its parent has not waited for it.
 */
export function isGone({ pid, startTime }: ProcessTime): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return true;
  }
  try {
    const now = processTime(String(pid));
    return now.startTime !== startTime || now.state === 'Z';
  } catch {
    return false;
  }
}

/**
 * True if the directory is on the root file system: no mount lies at it or above it. `st_dev` would not tell: a mount
 * may be of the same device.
 */
export function isOnRootFileSystem(directory: string): boolean {
  try {
    if (realpathSync(directory) !== directory) return false;
    const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
    const points = lines.flatMap((line) => line.split(' ')[4] ?? []);
    return points.includes('/') && !points.some((point) => point !== '/' && `${directory}/`.startsWith(`${point}/`));
  } catch {
    return false;
  }
}

/**
 * The identity of the process of a start, which no other process has: the kernel's boot, its namespaces, its number and
 * when it began.
 */
export interface StartOwner extends ProcessTime {
  readonly boot: string;
  readonly pidNamespace: string;
  readonly mountNamespace: string;
}

interface ProcessTime {
  readonly pid: number;
  /** Clock ticks from the boot (field 22 of /proc/<pid>/stat). It survives execve, as the number does. */
  readonly startTime: string;
}

/** The boot of a process that could not find out its own. */
export const UNKNOWN = '0';

const START_PREFIX = 'valkey-bundle';
const START_NAME = /^valkey-bundle-([0-9a-f]+)-(\d+)-(\d+)-(\d+)-(\d+)-[0-9a-f]{16}$/;

/**
 * The name of a start's directory: `valkey-bundle-BOOT-PIDNS-MNTNS-PID-TIME-RANDOM`. With the random part nobody can
 * wait there for us.
 */
export function startName(owner: StartOwner, random: string): string {
  const { boot, pidNamespace, mountNamespace, pid, startTime } = owner;
  return [START_PREFIX, boot, pidNamespace, mountNamespace, pid, startTime, random].join('-');
}

/** The process that made the directory of that name; null for a name that no start gives. */
export function ownerOf(name: string): StartOwner | null {
  const [, boot, pidNamespace, mountNamespace, pid, startTime] = START_NAME.exec(name) ?? [];
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
 * Two live PID namespaces of one boot never have one inode number, and a number that is ours now is of a namespace that
 * is gone or of ours: in both cases our process list decides. Any other namespace cannot be looked into; but on our own
 * root file system only earlier runs of this container have left anything.
 */
export function isProvenDead(owner: StartOwner, here: StartOwner, proofs: Proofs): boolean {
  if (owner.boot === UNKNOWN || here.boot === UNKNOWN) return false;
  return hasSameProcesses(owner, here) ? proofs.isGone(owner) : proofs.isOnRoot();
}

function hasSameProcesses(owner: StartOwner, here: StartOwner): boolean {
  return owner.boot === here.boot && owner.pidNamespace === here.pidNamespace;
}
