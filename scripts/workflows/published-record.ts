import { join } from 'node:path';
import * as z from 'zod';
import { releasePath, type Workspace } from '../pipeline/workspace.ts';
import { readRecord } from '../publish/read-record.ts';

const published = z.looseObject({
  repository: z.string(),
  variants: z.record(z.string(), z.looseObject({ digest: z.string(), tags: z.array(z.string()) })),
});

export type PublishedRecord = z.infer<typeof published>;

/** published.json: what `npm run publish` let the tags of a line lead to. Null if it has not run. */
export function readPublished(workspace: Workspace, line: string): Promise<PublishedRecord | null> {
  return readRecord(join(releasePath(workspace, line), 'published.json'), published);
}
