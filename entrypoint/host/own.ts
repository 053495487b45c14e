import { lchownSync, lstatSync, readdirSync } from 'node:fs';
import type { User } from '../host.ts';
import { codeOf } from './files.ts';

/** Gives a directory and everything below it that is not the user's to the user. Links are given, never followed. */
export function own(directory: string, user: User): readonly string[] {
  const failed: string[] = [];
  const waiting = [directory];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    try {
      const stats = lstatSync(path);
      if (stats.uid !== user.uid) lchownSync(path, user.uid, user.gid);
      if (stats.isDirectory()) for (const name of readdirSync(path)) waiting.push(`${path}/${name}`);
    } catch (error) {
      // What vanished meanwhile needs no owner.
      if (codeOf(error) !== 'ENOENT') failed.push(path);
    }
  }
  return failed;
}
