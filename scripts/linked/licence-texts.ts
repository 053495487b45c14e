import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { isMissing } from '../lib/files.ts';
import type { SourceFiles } from './source-files.ts';

/** A licence, or a notice that belongs to it. */
export interface Text {
  /** The name of its file in the image, below the folder of its part. */
  readonly file: string;
  readonly content: Buffer;
}

/**
 * The texts of a part, found by the names that projects give them, at its root (`root`: its place in the files; empty
 * for all of them), in LICENSES/ there, and where its own data name one. What they say is not looked into.
 */
export async function textsAt(files: SourceFiles, root: string, named: string | null): Promise<Text[]> {
  const within = root === '' ? '' : `${root}/`;
  const wanted = files.paths
    .filter((path) => path.startsWith(within))
    .map((path) => path.slice(within.length))
    .filter((path) => path === named || isLicence(path));
  const texts = wanted.map((path) => textOf(path, files.read(`${within}${path}`)));
  return (await Promise.all(texts)).flatMap((text) => text ?? []);
}

/** A file that the manifest names, by a place in the source. Null where it is not there, or says nothing. */
export async function textAt(files: SourceFiles, path: string): Promise<Text | null> {
  return await textOf(posix.basename(path), files.read(path));
}

/** A file beside the manifest, named as ./FILE. */
export async function textBeside(manifestFolder: string, path: string): Promise<Text | null> {
  const content = readFile(join(manifestFolder, path)).catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw error;
  });
  return await textOf(posix.basename(path), content);
}

/** A file without a letter is none. */
async function textOf(file: string, reading: Promise<Buffer | null>): Promise<Text | null> {
  const content = await reading;
  return content === null || content.toString().trim() === '' ? null : { file, content };
}

/**
 * LICENSE, LICENCE.md, LICENSE-MIT, license.txt, MIT-LICENSE, UNLICENSE, COPYING, COPYRIGHT, NOTICE.txt,
 * LICENSES/MIT.txt.
 */
function isLicence(path: string): boolean {
  return /^(?:[a-z0-9.]+[-_])?(?:(?:un)?licen[cs]es?|copying|copyright|notice)(?:[-_.][^/]*)?$|^licen[cs]es\/[^/]+$/i.test(
    path,
  );
}
