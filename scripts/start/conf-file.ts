import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { sha256OfFile } from '../lib/hash.ts';
import { usageError } from './start-error.ts';

export type ConfFile = Readonly<{ path: string; hash: string }>;

/** The file of `--conf`, as seen from `folder`, by absolute path, with the SHA-256 of its bytes. Whatever docker would mistake is refused here. */
export async function readConfFile(given: string, folder: string): Promise<ConfFile> {
  const path = resolve(folder, given);
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    // Docker would create a directory of that name and mount it.
    if (error.code === 'ENOENT')
      throw usageError(
        `--conf: there is no file ${path}`,
        'Check the name: it is taken from the directory in which you typed npm start.',
      );
    throw usageError(
      `--conf: ${path} cannot be looked at (${error.code ?? error.message})`,
      'Check the permissions of its directories.',
    );
  });
  if (found.isDirectory()) throw usageError(`--conf: ${path} is a directory`, 'Name the valkey.conf in it.');
  if (!found.isFile())
    throw usageError(`--conf: ${path} is not a regular file`, 'Copy its text to a file and name that.');
  await access(path, constants.R_OK).catch(() => {
    throw usageError(
      `--conf: ${path} cannot be read (mode ${octal(found.mode)})`,
      `Make it readable: chmod a+r ${path}`,
    );
  });
  // On Linux the mount keeps owner and mode, and the server drops root before it opens the file.
  if (process.platform === 'linux' && (found.mode & 0o004) === 0) {
    throw usageError(
      `--conf: ${path} has mode ${octal(found.mode)}, and the server in the container runs as another user`,
      `Make it readable for others: chmod o+r ${path} (a password is better given as -e VALKEY_PASSWORD).`,
    );
  }
  return { path, hash: await sha256OfFile(path) };
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}
