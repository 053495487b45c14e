import { revisionLabel } from '../lib/image-revision.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import type { PlatformImage } from './images-of.ts';
import type { BuildRun } from './provenance.ts';

/**
 * The commits of this project that the images of a digest were assembled from, by their own account: what is checked out where somebody
 * signs may be another one by now. `-dirty` behind one means that the files were others. Throws VP624 for an image that a workflow did not
 * assemble from the commit that it runs for: its provenance would say so.
 */
export function commitsOf(images: readonly PlatformImage[], { commit }: Pick<BuildRun, 'commit'>): string[] {
  const commits = images.flatMap(({ digest, labels }) => {
    const own = labels[revisionLabel];
    if (commit !== null && own?.replace(/-dirty$/, '') !== commit) {
      throw new PipelineError(
        'VP624',
        `it was assembled from ${own ?? 'no known commit'}, the workflow runs for ${commit}`,
        {
          where: digest,
        },
      );
    }
    return own === undefined ? [] : [own];
  });
  return [...new Set(commits)];
}
