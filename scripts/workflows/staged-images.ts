import type { Platform } from '../pipeline/platform.ts';
import type { Workspace } from '../pipeline/workspace.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import { readStaged } from '../publish/release-files.ts';
import type { ImageToVerify } from './image-commands.ts';

/** What was staged for a line and platform, by digest. Throws VP520 if it is nothing: a step that looks at no image would pass. */
export async function stagedImages(workspace: Workspace, line: string, platform: Platform): Promise<ImageToVerify[]> {
  const images = (await readStaged(workspace, line)).filter((image) => image.platform === platform);
  if (images.length > 0) {
    return images.map(({ repository, digest, variant }) => ({
      reference: `${repository}@${digest}`,
      line,
      variant,
      platform,
    }));
  }
  throw new PipelineError('VP520', `nothing is staged for ${platform}`, {
    where: `line ${line}`,
    fix: `npm run publish -- --stage --line ${line} --platform ${platform}`,
  });
}
