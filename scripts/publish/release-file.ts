import { join } from 'node:path';
import * as z from 'zod';
import { digest } from '../lines/lock-file.ts';
import { architectureOf, type Platform, platforms } from '../pipeline/platform.ts';
import { releasePath, type Workspace } from '../pipeline/workspace.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import { readRecord } from './read-record.ts';

/** release.json of one platform, in <line>/<architecture>: the images that were pushed for it, each by its digest. */
const stagedRelease = z.strictObject({
  line: z.string(),
  platform: z.enum(platforms),
  /** registry/repository, without tag or digest. */
  repository: z.string(),
  variants: z.record(z.string(), digest),
});

/** release.json of a line: what its tags lead to. */
const publishedRelease = z.strictObject({
  line: z.string(),
  repository: z.string(),
  variants: z.record(
    z.string(),
    z.strictObject({
      /** That of the index: what is attested and signed. */
      digest,
      /** Those of the images in it. */
      images: z.partialRecord(z.enum(platforms), digest),
      tags: z.array(z.string()),
    }),
  ),
});

export type PublishedRelease = z.infer<typeof publishedRelease>;

/** Every image that was staged for a platform. Throws VP520 if it is none: a step that looks at no image would pass. */
export async function stagedImages(
  workspace: Workspace,
  line: string,
  platform: Platform,
): Promise<{ readonly variant: string; readonly reference: string }[]> {
  const path = join(releasePath(workspace, line), architectureOf(platform), 'release.json');
  const release = await readRecord(path, stagedRelease);
  if (release !== null) {
    const { repository, variants } = release;
    return Object.entries(variants).map(([variant, of]) => ({ variant, reference: `${repository}@${of}` }));
  }
  throw new PipelineError('VP520', `nothing is staged for ${platform}`, {
    where: `line ${line}`,
    fix: `npm run publish -- --stage --line ${line} --platform ${platform}, on a machine that has built it`,
  });
}

/** What `npm run publish` let the tags of a line lead to; null if it has not run. Throws VP521 for a file that it did not write. */
export function readPublished(workspace: Workspace, line: string): Promise<PublishedRelease | null> {
  return readRecord(join(releasePath(workspace, line), 'release.json'), publishedRelease);
}
