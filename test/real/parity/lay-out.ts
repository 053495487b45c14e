import { mkdirSync, writeFileSync } from 'node:fs';
import { systemPath } from '../../../entrypoint/host/files.ts';
import type { Files } from '../../support/docker-container.ts';
import type { ParityCase } from './case.ts';

/** A case with its directory filled in. */
export interface LaidCase {
  readonly directory: string;
  readonly args: readonly string[];
  readonly stdin: string;
}

/** Writes the files of a case here, and returns them for a container, where they stand at the same paths. */
export function layOut(directory: string, value: ParityCase): { laid: LaidCase; files: Files } {
  const filled = (text: string): string => text.replaceAll('@dir@', directory);
  const { folders = [], stdin = '', args = ['main.conf'] } = value;
  const texts = Object.entries({ ...value.files, stdin }).map(
    ([path, text]) => [`${directory}/${path}`, Buffer.from(filled(text), 'latin1')] as const,
  );
  const paths = [directory, ...folders.map((folder) => `${directory}/${folder}`)];
  for (const path of paths) mkdirSync(systemPath(path), { recursive: true });
  for (const [path, text] of texts) writeFileSync(systemPath(path), text);
  return {
    laid: { directory, args: args.map(filled), stdin: filled(stdin) },
    files: {
      ...Object.fromEntries(paths.map((path) => [path, { directory: true, uid: 999 } as const])),
      ...Object.fromEntries(texts.map(([path, text]) => [path, { text, uid: 999 } as const])),
    },
  };
}
