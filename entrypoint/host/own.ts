import { lchownSync, lstatSync } from 'node:fs';
import type { User } from '../host.ts';
import { codeOf } from './files.ts';
import { namesIn, systemPath } from './system-path.ts';

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
