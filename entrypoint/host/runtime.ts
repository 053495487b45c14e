import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import type { Bytes } from '../bytes.ts';
import type { User } from '../host.ts';

/** Where a directory of our own may be made, best first: only the first is named for us. */
const PLACES = ['/run/valkey-bundle', '/dev/shm', '/tmp'];
const PREFIX = 'valkey-bundle-';

/** Fresh paths under the places that this process can write, in their order. The name is random: nobody can wait there for us. */
export function candidates(): readonly string[] {
  const name = `${PREFIX}${randomBytes(8).toString('hex')}`;
  return PLACES.filter(isUsable).map((place) => `${place}/${name}`);
}

/** A real directory, root's or our own, that we may write. The one of our name may still have to be made. */
function isUsable(place: string): boolean {
  try {
    const stats = lstatSync(place);
    if (!stats.isDirectory() || (stats.uid !== 0 && stats.uid !== process.getuid?.())) return false;
    accessSync(place, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    if (place !== PLACES[0]) return false;
    try {
      mkdirSync(place, { mode: 0o755 });
      return true;
    } catch {
      return false;
    }
  }
}

/** Makes the directory and its files for the owner to read. A half-made directory is taken away again before the error goes up. */
export function writePrivate(
  directory: string,
  files: ReadonlyArray<{ readonly name: string; readonly text: Bytes }>,
  owner: User,
): void {
  const isRoot = process.getuid?.() === 0;
  mkdirSync(directory, { mode: 0o700 });
  try {
    for (const { name, text } of files) {
      const path = `${directory}/${name}`;
      writeFileSync(path, text, { encoding: 'latin1', mode: 0o400, flag: 'wx' });
      if (isRoot) chownSync(path, owner.uid, owner.gid);
    }
    // Root keeps the directory, and the server may only look inside; without root it is at least closed against writing.
    chmodSync(directory, isRoot && owner.uid !== 0 ? 0o711 : 0o500);
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

/** Takes away what earlier starts of this container left: a restart keeps the file system, and nobody else reads there. */
export function removeStale(): void {
  for (const place of PLACES) {
    try {
      for (const name of readdirSync(place).filter((candidate) => candidate.startsWith(PREFIX))) {
        const path = `${place}/${name}`;
        const stats = lstatSync(path);
        if (!stats.isDirectory() || stats.uid !== process.getuid?.()) continue;
        chmodSync(path, 0o700);
        rmSync(path, { recursive: true, force: true });
      }
    } catch {
      // Left-overs do no harm.
    }
  }
}
