import { join } from 'node:path';
import type { ReleaseLine } from '../data/release-line.ts';
import { architectureOf, type Platform } from '../pipeline/platform.ts';
import { baseRecord, imageRecord, type StagedImage } from '../pipeline/records.ts';
import { artifactsPath, type Workspace } from '../pipeline/workspace.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import { readRecord } from './read-record.ts';
import { writeStaged } from './release-files.ts';
import { type ImageToStage, type StageMeans, stageImage } from './stage-image.ts';

export interface LineToStage {
  readonly workspace: Workspace;
  readonly line: ReleaseLine;
  readonly platform: Platform;
  /** inputsHash, as the inputs are now. */
  readonly inputs: string;
  /** sha256 of the line's part of lock.json, as it is now. */
  readonly lock: string;
}

/** Stages every variant of a line for one platform, as `npm run image -- --line` left them in the engine, and writes staged-<architecture>.json. */
export async function stageLine(wish: LineToStage, means: StageMeans): Promise<StagedImage[]> {
  const staged: StagedImage[] = [];
  for (const image of await imagesToStage(wish)) {
    means.aborted.throwIfAborted();
    staged.push(await stageImage(image, means));
  }
  await writeStaged(wish.workspace, wish.line.line, wish.platform, staged);
  return staged;
}

/**
 * What there is to push: one image a variant. Throws VP524 for one that was not built, or was built of other inputs than are here now: the
 * images of an earlier run stay in the engine, also where a later one was forgotten or failed.
 */
export async function imagesToStage({ workspace, line, platform, inputs, lock }: LineToStage): Promise<ImageToStage[]> {
  const folder = artifactsPath(workspace, line.line, architectureOf(platform));
  const images = await readRecord(join(folder, 'images.json'), imageRecord);
  const base = await readRecord(join(folder, 'base.json'), baseRecord);
  if (images === null || base === null)
    throw notBuilt(line.line, platform, `no ${images ? 'base' : 'images'}.json in ${folder}`);
  if (images.line !== line.line || images.platform !== platform) {
    throw notBuilt(line.line, platform, `images.json is about ${images.line} for ${images.platform}`);
  }
  if (images.lock !== lock) throw outOfDate(line.line, platform, `the lock was ${images.lock}, and is ${lock}`);
  if (images.inputs !== inputs) {
    throw outOfDate(line.line, platform, `the hash of the inputs was ${images.inputs}, and is ${inputs}`);
  }
  return Object.keys(line.variants).map((variant) => {
    const id = images.variants[variant]?.id;
    if (id === undefined) throw notBuilt(line.line, platform, `images.json has no variant ${variant}`);
    return { line: line.line, variant, platform, id, valkey: base.valkey, inputs, lock };
  });
}

function notBuilt(line: string, platform: Platform, what: string): PipelineError {
  return new PipelineError('VP524', what, {
    where: `line ${line} ${platform}`,
    fix: `npm run image -- --line ${line} --platform ${platform}`,
  });
}

function outOfDate(line: string, platform: Platform, what: string): PipelineError {
  const options = `--line ${line} --platform ${platform}`;
  return new PipelineError('VP524', `the images are of an earlier state: ${what}`, {
    where: `line ${line} ${platform}`,
    fix: `npm run build -- ${options}, then npm run image -- ${options}`,
  });
}
