import { inputsLabel } from '../image-line/image-labels.ts';
import { inputsHash } from '../image-line/inputs-hash.ts';
import type { ReleaseLine } from '../lines/release-line.ts';
import type { Platform } from '../pipeline/platform.ts';
import type { Workspace } from '../pipeline/workspace.ts';
import type { Registry } from '../publish/registry.ts';
import { publishedImage } from './published-inputs.ts';

export interface PublishedTag {
  readonly tag: string;
  readonly variant: string;
  readonly digest: string;
  readonly platform: Platform;
  /** The digest of the image for the platform. */
  readonly image: string;
}

/**
 * The tags of a line, if all of them lead to images of just the inputs that are here now, those of a variant to one index: then there is
 * nothing to release. Null otherwise. Tags with a date or a version do not tell: the one is new every day, and the other is not known before the base is there.
 */
export async function upToDate(
  workspace: Workspace,
  line: ReleaseLine,
  platforms: readonly Platform[],
  registry: Registry,
): Promise<PublishedTag[] | null> {
  const inputs = await inputsHash(workspace, line.line);
  const found: PublishedTag[] = [];
  for (const [variant, { tags }] of Object.entries(line.variants)) {
    const rolling = tags.filter((tag) => !/\{(date|valkey)\}/.test(tag));
    // Without one, no tag can say that this variant is published.
    if (rolling.length === 0) return null;
    for (const template of rolling) {
      const tag = template.replaceAll('{line}', line.line);
      for (const platform of platforms) {
        const image = await publishedImage(registry, tag, platform, inputsLabel);
        if (image?.inputs !== inputs) return null;
        found.push({ tag, variant, digest: image.digest, platform, image: image.image });
      }
    }
  }
  const isMoved = ({ variant, digest }: PublishedTag): boolean =>
    found.some((other) => other.variant === variant && other.digest !== digest);
  // The tags of a variant are moved one after the other, and the last move was cut off.
  return found.some(isMoved) ? null : found;
}
