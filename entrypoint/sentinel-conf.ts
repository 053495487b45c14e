import { type Diagnostic, diagnose } from './diagnostics.ts';
import type { Host } from './host.ts';
import type { StartPlan } from './plan.ts';
import { isOfSystem } from './privileges.ts';

/*
 * A sentinel keeps its state in its configuration file. It ends where it may not write the file (sentinel.c, sentinelCheckConfigFile), and
 * what it writes is another file beside it, which it puts in its place (config.c, rewriteConfigOverwriteFile).
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

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** Whether the file is a mount point: rename(2) refuses to put anything in its place. */
function isMountedAlone(host: Host, path: string): boolean {
  const mounts = host.readSmall('/proc/self/mountinfo');
  if ('problem' in mounts) return false;
  const real = `${host.realFile(folderOf(path)).replace(/\/$/, '')}/${path.slice(path.lastIndexOf('/') + 1)}`;
  // The fifth field, in which some signs stand as octal numbers (proc_pid_mountinfo(5)).
  const escaped = real.replace(/[ \t\n\\]/g, (sign) => `\\${sign.charCodeAt(0).toString(8).padStart(3, '0')}`);
  return mounts.text.split('\n').some((line) => line.split(' ')[4] === escaped);
}
