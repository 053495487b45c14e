import { lchownSync, lstatSync } from 'node:fs';
import type { User } from '../host.ts';
import { codeOf } from './files.ts';
import { namesIn, systemPath } from './system-path.ts';

/** Gives one path to the user, links not followed. */
export function give(path: string, user: User): void {
  try {
    if (lstatSync(systemPath(path)).uid !== user.uid) lchownSync(systemPath(path), user.uid, user.gid);
  } catch {
    // Who asks for it looks afterwards whether the user can write.
  }
}

/** Gives a directory and everything below it that is not the user's to the user. Links are given, never followed. */
export function own(directory: string, user: User): readonly string[] {
  const failed: string[] = [];
  const waiting = [directory];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    try {
      const stats = lstatSync(systemPath(path));
      if (stats.uid !== user.uid) lchownSync(systemPath(path), user.uid, user.gid);
      if (stats.isDirectory()) for (const name of namesIn(path)) waiting.push(`${path}/${name}`);
    } catch (error) {
      // What vanished meanwhile needs no owner.
      if (codeOf(error) !== 'ENOENT') failed.push(path);
    }
  }
  return failed;
}
