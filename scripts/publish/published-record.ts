import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { releasePath, type Workspace } from '../pipeline/workspace.ts';
import { readRecord } from './read-record.ts';

const published = z.looseObject({
  repository: z.string(),
  variants: z.record(z.string(), z.looseObject({ digest: z.string(), tags: z.array(z.string()) })),
});

export type PublishedRecord = z.infer<typeof published>;

/** Where published.json stands. */
export const publishedPath = (workspace: Workspace, line: string): string =>
  join(releasePath(workspace, line), 'published.json');

/** published.json: what `npm run publish` let the tags of a line lead to. Null if it has not run. */
export function readPublished(workspace: Workspace, line: string): Promise<PublishedRecord | null> {
  return readRecord(publishedPath(workspace, line), published);
}

/** Takes away what it says where the tags lead elsewhere, or are about to: nobody is to sign the digests of the release before. */
export function removePublished(workspace: Workspace, line: string): Promise<void> {
  return rm(publishedPath(workspace, line), { force: true });
}
