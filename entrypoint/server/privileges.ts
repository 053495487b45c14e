import { type Diagnostic, diagnose } from '../diagnostics/diagnostic.ts';
import type { Host } from '../host/host.ts';
import type { StartPlan } from '../plan.ts';
import { messageOf } from '../text/bytes.ts';
import { baseName, folderOf } from '../text/place.ts';

/** As root: gives the data directory to the server's user, only what is wrongly owned. */
export function ownDataDirectory(host: Host, plan: StartPlan): Diagnostic[] {
  const { dataDirectory: directory, user } = plan;
  if (user.from.uid !== 0 || user.to.uid === 0) return [];
  const at = { kind: 'directory', path: directory } as const;
  if (isOfSystem(directory)) return [diagnose('VB512', `${directory} belongs to the system`, { at })];
  const failed = host.own(directory, user.to);
  const [first] = failed;
  if (first === undefined) return [];
  const others = failed.length > 1 ? ` and ${failed.length - 1} more` : '';
  return [diagnose('VB508', `${first}${others} could not be given to ${user.name} (uid ${user.to.uid})`, { at })];
}

/** Becomes the server's user. Without the capability for it the start goes on as it is, with a warning. */
export function dropPrivileges(host: Host, plan: StartPlan): Diagnostic[] {
  const { from, to, name } = plan.user;
  if (from.uid !== 0 || to.uid === 0) return [];
  try {
    host.dropTo(to);
    return [];
  } catch (error) {
    const why = messageOf(error);
    return [diagnose('VB506', `the server goes on as root, not as ${name}: ${why}`)];
  }
}

/** Directories of the system that are never given away, whatever a `dir` directive says. */
const SYSTEM: ReadonlySet<string> = new Set(
  `/ /bin /boot /dev /dev/shm /etc /home /lib /lib64 /media /mnt /opt /proc /root /run /sbin /srv /sys /tmp
   /usr /usr/bin /usr/lib /usr/local /usr/local/bin /usr/lib/valkey /var /var/lib`.split(/\s+/),
);

/** True for one of these directories, and for a path under /proc, /sys or /dev. */
function isOfSystem(directory: string): boolean {
  const normal = directory.replace(/\/+$/, '') || '/';
  return SYSTEM.has(normal) || /^\/(proc|sys|dev)\//.test(normal);
}

/*
 * A sentinel keeps its state in its configuration file. It ends if it may not write the file (sentinel.c,
 * sentinelCheckConfigFile), and what it writes is another file beside it, which it puts in its place (config.c,
 * rewriteConfigOverwriteFile).
 */

/** As root: gives a sentinel's file to the server's user, and the folder that holds it. */
export function giveSentinelConf(host: Host, { sentinelConf: path, user }: StartPlan): void {
  if (path === null || user.from.uid !== 0 || user.to.uid === 0) return;
  host.give(path, user.to);
  if (!isOfSystem(folderOf(path)) && !isMountedAlone(host, path)) host.give(folderOf(path), user.to);
}

/** With the server's own rights: VB515 where its state would be lost. */
export function checkSentinelConf(host: Host, { sentinelConf: path, user }: StartPlan): Diagnostic[] {
  if (path === null || host.readConf(path).kind !== 'text') return [];
  const folder = folderOf(path);
  const at = { kind: 'directory', path } as const;
  const warning = (message: string): Diagnostic[] => [diagnose('VB515', message, { at })];
  const who = `uid ${user.to.uid}`;
  if (!host.mayWrite(path)) return warning(`${who} may not write ${path}: the sentinel will end`);
  if (isMountedAlone(host, path)) return warning(`${path} is mounted by itself, so no other file can take its place`);
  if (!host.canWrite(folder)) return warning(`${who} may not write ${folder}, so no other file can take its place`);
  return [];
}

/** True if the file is a mount point: rename(2) refuses to put anything in its place. */
function isMountedAlone(host: Host, path: string): boolean {
  const mounts = host.readSmall('/proc/self/mountinfo');
  if ('problem' in mounts) return false;
  const real = `${host.realFile(folderOf(path)).replace(/\/$/, '')}/${baseName(path)}`;
  // The fifth field, in which some signs stand as octal numbers (proc_pid_mountinfo(5)).
  const escaped = real.replace(/[ \t\n\\]/g, (sign) => `\\${sign.charCodeAt(0).toString(8).padStart(3, '0')}`);
  return mounts.text.split('\n').some((line) => line.split(' ')[4] === escaped);
}
