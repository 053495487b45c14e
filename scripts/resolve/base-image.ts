import type { Remote } from '../fetch/patience.ts';
import { digestOf } from '../lib/hash.ts';
import type { LockedBase } from '../lines/lock-file.ts';
import type { WantedBase, WantedLine } from '../lines/wanted.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import { readImageIndex } from '../publish/manifest.ts';
import { nearestTags } from './git-pin.ts';
import { listTags, NoSuchImage, rawManifest } from './skopeo.ts';

export type ImageBase = Extract<WantedBase, { kind: 'image' }>;

/** What the tag of a base image means now. Throws VP203 for a tag that does not exist, VP208 for an index that lacks a platform. */
export async function resolveBaseImage(
  wanted: ImageBase,
  architectures: WantedLine['architectures'],
  remote: Remote,
): Promise<Extract<LockedBase, { kind: 'image' }>> {
  const { reference } = wanted;
  remote.report(`asking for the digest of ${reference}`);
  const manifest = await rawManifest(reference, remote).catch(async (error: unknown) => {
    throw error instanceof NoSuchImage ? await noSuchTag(wanted, remote) : error;
  });
  const lacking = architectures.filter((architecture) => !platformsOf(manifest, architectures).includes(architecture));
  if (lacking.length > 0) {
    const what = `the image is not made for ${lacking.map((architecture) => `linux/${architecture}`).join(', ')}`;
    throw new PipelineError('VP208', what, { where: reference });
  }
  return { kind: 'image', reference, digest: digestOf(manifest) };
}

/** A manifest that is no index has one platform, which it does not name: it does for a line with one. */
function platformsOf(manifest: Uint8Array, wanted: WantedLine['architectures']): readonly string[] {
  const entries = readImageIndex(manifest);
  if (entries === null) return wanted.slice(0, 1);
  return entries.flatMap(({ platform }) => (platform?.os === 'linux' ? [platform.architecture] : []));
}

async function noSuchTag({ image, tag, reference }: ImageBase, remote: Remote): Promise<PipelineError> {
  const known = await listTags(image, remote).catch(() => []);
  return new PipelineError('VP203', `the registry has no image with the tag ${tag}`, {
    where: reference,
    fix: `${nearestTags(tag, known)} in the release line`,
  });
}
