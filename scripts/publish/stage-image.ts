import type Docker from 'dockerode';
import { architectureOf, type Platform } from '../pipeline/platform.ts';
import type { StagedImage } from '../pipeline/records.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import type { Credentials } from './credentials.ts';
import { inspectStaged } from './inspect-staged.ts';
import { type Manifest, readImageManifest } from './manifest.ts';
import { stagingPrefix } from './plan.ts';
import { pushTag } from './push.ts';
import type { Registry } from './registry.ts';
import { showRepository } from './repository.ts';

export interface ImageToStage {
  readonly line: string;
  readonly variant: string;
  readonly platform: Platform;
  /** Id of the image in the engine. */
  readonly id: string;
  readonly valkey: string;
  /** What it was assembled of, by images.json. */
  readonly inputs: string;
  readonly lock: string;
}

export interface StageMeans {
  readonly docker: Docker;
  readonly registry: Registry;
  readonly credentials: Credentials | null;
  readonly report: (line: string) => void;
  readonly aborted: AbortSignal;
}

/**
 * Brings one image of the engine into the registry, under a tag that no release uses and that the image's id is part of: another image never
 * takes it over, and the same one is not sent twice. The digest is that of the bytes that the registry gives back, and has to be the one that
 * the engine reported. The tag stays: it keeps those who remove untagged images away from what an index refers to.
 */
export async function stageImage(image: ImageToStage, means: StageMeans): Promise<StagedImage> {
  const { registry, report, aborted } = means;
  const { line, variant, platform, valkey, inputs, lock } = image;
  const tag = stagingTag(image);
  const reference = `${showRepository(registry.repository)}:${tag}`;
  const before = await registry.manifest(tag);
  let digest: string;
  if (before !== null && isImage(before, image.id)) {
    report(`staged already: ${reference}`);
    digest = before.digest;
  } else {
    report(`pushing ${variant} for ${platform}: ${reference}`);
    digest = await push(image.id, tag, reference, means);
    const after = await registry.manifest(tag);
    if (after?.digest !== digest) {
      const found = after === null ? 'nothing is there' : `${after.digest} is there`;
      throw new PipelineError('VP523', `the engine pushed ${digest}, and ${found}`, { where: reference });
    }
  }
  aborted.throwIfAborted();
  const repository = showRepository(registry.repository);
  const staged = { line, variant, platform, repository, digest, valkey, inputs, lock };
  await inspectStaged(registry, staged);
  return staged;
}

/** `staging-9.0-coordinator-arm64-0123456789ab`. */
export function stagingTag({ line, variant, platform, id }: Omit<ImageToStage, 'valkey' | 'inputs' | 'lock'>): string {
  return `${stagingPrefix}${line}-${variant}-${architectureOf(platform)}-${id.replace('sha256:', '').slice(0, 12)}`;
}

/** An engine names an image for its configuration; one with the image store of containerd, for its manifest. */
function isImage(manifest: Manifest, id: string): boolean {
  return manifest.digest === id || readImageManifest(manifest)?.config.digest === id;
}

/** The engine pushes by name: the image has one for as long as that takes. */
async function push(id: string, tag: string, reference: string, means: StageMeans): Promise<string> {
  const { docker, registry } = means;
  const { repository } = registry;
  try {
    await docker.getImage(id).tag({ repo: showRepository(repository), tag });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PipelineError('VP524', `the engine does not have the image ${id}: ${why}`, { cause });
  }
  try {
    return await pushTag({ ...means, repository, tag });
  } finally {
    // Removing its only name would remove the image itself.
    const names = await docker
      .getImage(id)
      .inspect()
      .then(
        ({ RepoTags }) => RepoTags,
        () => [],
      );
    if (names.some((name) => name !== reference))
      await docker
        .getImage(reference)
        .remove()
        .catch(() => {});
  }
}
