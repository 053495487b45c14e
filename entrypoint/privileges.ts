import { type Diagnostic, diagnose } from './diagnostics.ts';
import type { Host } from './host.ts';
import type { StartPlan } from './plan.ts';

/** Directories of the system that are never given away, whatever a `dir` directive says. */
const SYSTEM = new Set(
  [
    '/',
    '/bin',
    '/boot',
    '/dev',
    '/dev/shm',
    '/etc',
    '/home',
    '/lib',
    '/lib64',
    '/media',
    '/mnt',
    '/opt',
    '/proc',
    '/root',
    '/run',
  ].concat([
    '/sbin',
    '/srv',
    '/sys',
    '/tmp',
    '/usr',
    '/usr/bin',
    '/usr/lib',
    '/usr/local',
    '/usr/local/bin',
    '/usr/lib/valkey',
    '/var',
    '/var/lib',
  ]),
);

/** Whether a path is one of them, or lies where the kernel shows itself. */
export function isOfSystem(directory: string): boolean {
  const normal = directory.replace(/\/+$/, '') || '/';
  return SYSTEM.has(normal) || /^\/(proc|sys|dev)\//.test(normal);
}

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
    const why = error instanceof Error ? error.message : String(error);
    return [diagnose('VB506', `the server goes on as root, not as ${name}: ${why}`)];
  }
}
