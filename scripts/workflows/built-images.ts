import { join } from 'node:path';
import { architectureOf, type Platform } from '../pipeline/platform.ts';
import { imageRecord } from '../pipeline/records.ts';
import { artifactsPath, type Workspace } from '../pipeline/workspace.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import { readRecord } from '../publish/read-record.ts';
import type { ImageToVerify } from './image-commands.ts';

/**
 * What `npm run image` left in the engine for a line and platform, by id: who assembles on this engine meanwhile takes the names. Throws VP524
 * if it is nothing.
 */
export async function builtImages(workspace: Workspace, line: string, platform: Platform): Promise<ImageToVerify[]> {
  const path = join(artifactsPath(workspace, line, architectureOf(platform)), 'images.json');
  const record = await readRecord(path, imageRecord);
  if (record === null) {
    const fix = `npm run image -- --line ${line} --platform ${platform}`;
    throw new PipelineError('VP524', 'no image was built', { where: path, fix });
  }
  return Object.entries(record.variants).map(([variant, { id }]) => ({ reference: id, line, variant, platform }));
}
