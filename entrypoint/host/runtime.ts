import {
  accessSync,
  chmodSync,
  chownSync,
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Bytes } from '../text/bytes.ts';
import { bytesOfBuffer, codeOf, reasonOf } from './files.ts';
import { type ClosedPlace, OWN_PLACE, START_RECORD, type User } from './host.ts';
import {
  firstOfNamespace,
  isGone,
  isOfContainer,
  isOnRootFileSystem,
  isProvenDead,
  ownerOf,
  ownProcess,
  type StartOwner,
  startName,
} from './own-process.ts';

/** Where a directory of our own may be made, best first: only the first is named for us. */
const PLACES = [OWN_PLACE, '/dev/shm', '/tmp'] as const;

/**
 * Fresh paths under the places that this process can write, in their order. `inBackground`: the server will go to the
 * background, where it is another process. That one cannot be named yet, so the first process of the namespace stands
 * for it.
 */
export function candidates(inBackground = false): readonly string[] {
  const name = startName(inBackground ? firstOfNamespace() : ownProcess(), randomHex());
  return PLACES.filter((place) => whyClosed(place) === null).map((place) => `${place}/${name}`);
}

/** The other places. */
export function closedPlaces(): readonly ClosedPlace[] {
  return PLACES.flatMap((place) => {
    const why = whyClosed(place);
    return why === null ? [] : [{ place, why }];
  });
}

/** 64 random bits from the kernel: loading Node's crypto for them would cost a tenth of the start. */
function randomHex(): string {
  const descriptor = openSync('/dev/urandom', constants.O_RDONLY);
  try {
    const bytes = Buffer.alloc(8);
    readSync(descriptor, bytes);
    return bytes.toString('hex');
  } finally {
    closeSync(descriptor);
  }
}

/**
 * The reason why a place is not a real directory, root's or our own, that we may write; null if it is one. The one of
 * our name may still have to be made when a start needs it.
 */
function whyClosed(place: string): string | null {
  try {
    const stats = lstatSync(place, { throwIfNoEntry: false });
    const canBeMade = stats === undefined && place === OWN_PLACE;
    accessSync(canBeMade ? dirname(place) : place, constants.W_OK | constants.X_OK);
    if (canBeMade) return null;
    if (stats?.isDirectory() !== true)
      return stats?.isSymbolicLink() === true ? 'it is a link' : 'it is not a directory';
    return stats.uid === 0 || stats.uid === process.getuid?.() ? null : `it belongs to uid ${stats.uid}`;
  } catch (error) {
    return reasonOf(error);
  }
}

/**
 * Makes the directory and its files for the owner to read. A half-made directory is taken away again before the error
 * goes up.
 */
export function writePrivate(
  directory: string,
  files: ReadonlyArray<{ readonly name: string; readonly text: Bytes }>,
  owner: User,
): void {
  const isRoot = process.getuid?.() === 0;
  // The modes below are what the server needs, whatever umask it is to have.
  const umask = process.umask(0o022);
  try {
    if (dirname(directory) === OWN_PLACE) mkdirSync(OWN_PLACE, { recursive: true, mode: 0o755 });
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    process.umask(umask);
    throw new Error(reasonOf(error), { cause: error });
  }
  try {
    for (const { name, text } of files) {
      const path = `${directory}/${name}`;
      writeFileSync(path, text, { encoding: 'latin1', mode: 0o400, flag: 'wx' });
      if (isRoot) handOver(path, owner);
    }
    // Root keeps the directory, and the server may only look inside; without root it is at least closed against
    // writing.
    chmodSync(directory, isRoot && owner.uid !== 0 ? 0o711 : 0o500);
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw new Error(reasonOf(error), { cause: error });
  } finally {
    process.umask(umask);
  }
}

/** Root without the capability to give files away will not become another user either, and can read its own. */
function handOver(path: string, owner: User): void {
  try {
    chownSync(path, owner.uid, owner.gid);
  } catch (error) {
    if (codeOf(error) !== 'EPERM') throw error;
  }
}

/** The newest record of a start whose server runs in this container, as its text. */
export function lastStart(places: readonly string[] = PLACES): Bytes | null {
  const records = places.flatMap(livingStarts).flatMap((directory) => {
    try {
      const path = `${directory}/${START_RECORD}`;
      return [{ time: lstatSync(path).mtimeMs, text: bytesOfBuffer(readFileSync(path)) }];
    } catch {
      return [];
    }
  });
  return records.sort((a, b) => b.time - a.time)[0]?.text ?? null;
}

/** Directories of root or our own: passwords go where a record says. Root trusts them all. */
function livingStarts(place: string): string[] {
  const here = ownProcess();
  return startsIn(place)
    .filter(
      ({ path, owner }) => isOfContainer(owner, here) && !isProvenDead(owner, here, proofs(place)) && isOurs(path),
    )
    .map(({ path }) => path);
}

function isOurs(path: string): boolean {
  const uid = lstatSync(path, { throwIfNoEntry: false })?.uid;
  return uid === 0 || uid === process.getuid?.() || process.getuid?.() === 0;
}

/**
 * Takes away what starts of this user have left whose server is proven dead. What cannot be proven, as in a directory
 * shared with another container, stays.
 */
export function removeStale(places: readonly string[] = PLACES): void {
  const here = ownProcess();
  for (const place of places) {
    for (const { path, owner } of startsIn(place)) {
      try {
        const stats = lstatSync(path);
        if (!stats.isDirectory() || stats.uid !== process.getuid?.()) continue;
        if (!isProvenDead(owner, here, proofs(place))) continue;
        chmodSync(path, 0o700);
        rmSync(path, { recursive: true, force: true });
      } catch {
        // Left-overs do no harm.
      }
    }
  }
}

function proofs(place: string): Parameters<typeof isProvenDead>[2] {
  return { isGone, isOnRoot: () => isOnRootFileSystem(place) };
}

function startsIn(place: string): Array<{ readonly path: string; readonly owner: StartOwner }> {
  try {
    return readdirSync(place).flatMap((name) => {
      const owner = ownerOf(name);
      return owner === null ? [] : [{ path: `${place}/${name}`, owner }];
    });
  } catch {
    return [];
  }
}
