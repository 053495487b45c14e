import { join } from 'node:path';
import * as z from 'zod';
import type { Workspace } from '../pipeline/workspace.ts';
import { readRecord } from '../publish/release-file.ts';

const record = z.looseObject({
  newer: z.array(
    z.looseObject({
      line: z.string(),
      input: z.string(),
      kind: z.string(),
      current: z.string(),
      available: z.string(),
    }),
  ),
});

/** Something newer that a pull request names and does not take. */
export type NotTaken = Readonly<Record<'line' | 'input' | 'current' | 'available', string>>;

/** Where `npm run take-newer` writes what it found. */
export const newerRecord = ({ dist }: Workspace): string => join(dist, 'newer.json');

/** The newer version lines of that record; none if it was not written. */
export async function readNotTaken(workspace: Workspace): Promise<NotTaken[]> {
  const found = await readRecord(newerRecord(workspace), record);
  return (found?.newer ?? []).filter(({ kind }) => kind === 'line');
}
