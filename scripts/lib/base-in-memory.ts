import { freemem } from 'node:os';
import process from 'node:process';

/** What unpacking the base needs at most, with room to spare. */
const needed = 2 * 1024 ** 3;

/**
 * Command and arguments that run a program with its temporary files in memory, if it may mount and there is room: dpkg syncs
 * thousands of small files, which takes half of the time. The mount is private to the program, and goes when it ends.
 */
export function inMemory(program: string, args: readonly string[]): readonly [string, readonly string[]] {
  if (process.getuid?.() !== 0 || freemem() < needed) return [program, args];
  return ['unshare', ['--mount', 'sh', '-c', mountThenRun, 'sh', program, ...args]];
}

/** On a mount point of its own: whatever else is in the folder for temporary files stays visible. */
const mountThenRun = `
folder=$(mktemp -d) || exit
if mount -t tmpfs -o mode=0755,size=${needed} base "$folder" 2>/dev/null; then
  TMPDIR=$folder "$@"
else
  "$@"
fi
status=$?
umount "$folder" 2>/dev/null
rmdir "$folder"
exit "$status"
`;
