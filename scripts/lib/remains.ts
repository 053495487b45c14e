import { fork } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import Docker from 'dockerode';
import { ignoreGone, removeNetwork } from './engine.ts';
import { isDead, ownerLabel, ownerOf, ownerVariable, sightFromHere } from './owner.ts';

/** Removes containers, networks, volumes and images whose owner is dead; everything else stays as it is. */
export async function removeRemains(docker: Docker): Promise<void> {
  const sight = sightFromHere();
  const filters = { label: [ownerLabel] };
  const isLeft = ({ Labels }: { Labels?: Readonly<Record<string, string>> | null | undefined }): boolean =>
    isDead(Labels?.[ownerLabel] ?? '', sight);
  // In this order: a container holds on to all the others.
  const containers = (await docker.listContainers({ all: true, filters })).filter(isLeft);
  await all(containers, ({ Id }) => docker.getContainer(Id).remove({ force: true, v: true }));
  await all((await docker.listNetworks({ filters })).filter(isLeft), ({ Id }) => removeNetwork(docker.getNetwork(Id)));
  const { Volumes } = await docker.listVolumes({ filters });
  await all((Volumes ?? []).filter(isLeft), ({ Name }) => docker.getVolume(Name).remove());
  await all((await docker.listImages({ filters })).filter(isLeft), ({ Id }) =>
    docker.getImage(Id).remove({ force: true }),
  );
}

/** Another run may remove the same at the same time. */
async function all<T>(things: readonly T[], remove: (thing: T) => Promise<unknown>): Promise<void> {
  const results = await Promise.allSettled(things.map(remove));
  for (const result of results) if (result.status === 'rejected') ignoreGone(result.reason);
}

/** Has what this process makes removed at its end, by a process that watches it: SIGKILL leaves no time to. */
export function removeRemainsAtEnd(): void {
  const watcher = fork(import.meta.filename, [ownerOf(process.pid)], {
    // A signal to the group of this process, as Ctrl-C sends, is not for it.
    detached: true,
    execArgv: [],
    stdio: 'ignore',
  });
  watcher.unref();
  watcher.channel?.unref();
}

/** For programs that clean up after themselves; a request to the engine that was under way is answered by then, too. */
const graceMs = 10_000;
const everyMs = 200;

/** The channel to the owner closes when that has ended, in whichever way. */
function watch(owner: string): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  process.on('message', () => {});
  process.once('disconnect', () => void removeAll(owner));
}

async function removeAll(owner: string): Promise<void> {
  while (!isDead(owner, sightFromHere())) await pause(everyMs);
  const docker = new Docker();
  end('SIGTERM', owner);
  for (let waited = 0; waited < graceMs && parts(owner).length > 0; waited += everyMs) await pause(everyMs);
  end('SIGKILL', owner);
  await removeRemains(docker);
  await pause(2 * everyMs);
  await removeRemains(docker);
  process.exit();
}

function end(signal: NodeJS.Signals, owner: string): void {
  for (const pid of parts(owner)) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended in the meantime.
    }
  }
}

/** The processes that were started as a part of the run. */
function parts(owner: string): number[] {
  const mark = `${ownerVariable}=${owner}`;
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && environmentOf(pid).includes(mark));
}

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
  } catch {
    return [];
  }
}

// node remains.ts <owner>, with a channel to the owner.
if (import.meta.main) watch(process.argv[2] ?? '');
