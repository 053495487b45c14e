import type { LockedBase } from '../data/lock.ts';
import type { WantedBase, WantedLine } from '../data/wanted.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import { readImageIndex } from '../lib/registry/manifest.ts';
import { openRegistry, type Registry } from '../lib/registry/registry.ts';
import { nearestTags } from './git.ts';
import { PassingFailure, type Remote, withRetries } from './remote.ts';

type ImageBase = Extract<WantedBase, { kind: 'image' }>;

/**
 * Asks for the digest that the tag of a base image leads to. Throws VP203 for a tag that does not exist, VP208 for an
 * index that lacks a platform, VP206 and VP207 for a registry that does not answer or refuses.
 */
export async function resolveBaseImage(
  { image, tag, reference }: ImageBase,
  architectures: WantedLine['architectures'],
  remote: Remote,
): Promise<Extract<LockedBase, { kind: 'image' }>> {
  remote.report(`asking for the digest of ${reference}`);
  const manifest = await ask(image, remote, (registry) => registry.manifest(tag));
  if (manifest === null) {
    const known = await listTags(image, remote).catch(() => []);
    throw new PipelineError('VP203', `the registry has no image with the tag ${tag}`, {
      where: reference,
      fix: `${nearestTags(tag, known)} in the release line`,
    });
  }
  const { body, digest } = manifest;
  const lacking = architectures.filter((architecture) => !platformsOf(body, architectures).includes(architecture));
  if (lacking.length > 0) {
    const what = `the image is not made for ${lacking.map((architecture) => `linux/${architecture}`).join(', ')}`;
    throw new PipelineError('VP208', what, { where: reference });
  }
  return { kind: 'image', reference, digest };
}

/** All tags of a repository (`registry/name`). Throws VP206 and VP207. */
export async function listTags(image: string, remote: Remote): Promise<string[]> {
  return await ask(image, remote, (registry) => registry.tags());
}

/** A manifest that is not an index has one platform, which it does not name: it is enough for a line with one. */
function platformsOf(manifest: Uint8Array, wanted: WantedLine['architectures']): readonly string[] {
  const entries = readImageIndex(manifest);
  if (entries === null) return wanted.slice(0, 1);
  return entries.flatMap(({ platform }) => (platform?.os === 'linux' ? [platform.architecture] : []));
}

/** Asks a registry as anybody may, without credentials: the base of a line is public. */
async function ask<Answer>(
  image: string,
  remote: Remote,
  question: (registry: Registry) => Promise<Answer>,
): Promise<Answer> {
  const [registry = '', ...name] = image.split('/');
  const timeoutMs = remote.patience.lowSpeedTime * 1000;
  return await withRetries(image, remote, async (aborted) => {
    const limits = { aborted, timeoutMs, retryAfterMs: [] };
    return await question(openRegistry({ registry, name: name.join('/') }, null, limits)).catch((error: unknown) => {
      throw aborted.aborted ? error : failureOf(image, error);
    });
  });
}

/** Says in the codes of resolve what the registry's client says in those of publish. */
function failureOf(where: string, cause: unknown): unknown {
  if (!(cause instanceof PipelineError)) return cause;
  if (cause.code === 'VP502')
    return new PipelineError('VP207', 'it is not public, or does not exist', { where, cause });
  const mayPass = cause.code === 'VP501' || cause.code === 'VP503' || cause.code === 'VP504';
  return mayPass ? new PassingFailure(cause.message.split('\n')[0]?.replace(/^VP\d+ /, ''), { cause }) : cause;
}
