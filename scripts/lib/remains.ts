import { fork } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import type Docker from 'dockerode';
import { ignoreGone, removeNetwork } from './engine.ts';
import { isDead, ownerLabel, ownerOf, sightFromHere } from './owner.ts';

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

/** Has what this process makes removed when it has ended, in whichever way: by a process that watches it, as SIGKILL leaves no time to. */
export function removeRemainsAtEnd(): void {
  const watcher = fork(join(import.meta.dirname, 'remains-main.ts'), [ownerOf(process.pid)], {
    // A signal to the group of this process, as Ctrl-C sends, is not for it.
    detached: true,
    execArgv: [],
    stdio: 'ignore',
  });
  watcher.unref();
  watcher.channel?.unref();
}
