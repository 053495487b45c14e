import { readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { codeOf } from './files.ts';
import { type ProcessTime, type StartOwner, UNKNOWN } from './start-name.ts';

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
export function firstProcess(): StartOwner {
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

/** From /proc/<pid>/stat, whose second field is a name in parentheses that may have spaces and parentheses itself (proc_pid_stat(5)). */
function processTime(process: string): ProcessTime & { readonly state: string } {
  const text = readFileSync(`/proc/${process}/stat`, 'latin1');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  const startTime = fields[19];
  if (state === undefined || startTime === undefined) throw new Error(`/proc/${process}/stat has too few fields`);
  return { pid: Number.parseInt(text, 10), state, startTime };
}

/**
 * Whether there is no such process any more. A /proc may hide processes of other users (hidepid), kill(2) does not. One that has ended and
 * that nobody has waited for has ended all the same.
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

/** Whether no mount of its own lies at the directory or above it. `st_dev` would not tell: a mount may be of the same device. */
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
