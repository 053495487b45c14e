import { byNumber } from '../data/version.ts';
import { readReleaseTag } from '../workflows/release-tag.ts';

/**
 * The tag of the line's release before `own`, out of those that HEAD has behind it, or null if there was none. `versionAt`: which version of
 * the server the line had at a tag; only a tag that released exactly that one was a release of this line.
 */
export async function previousRelease(
  tags: readonly string[],
  own: string,
  versionAt: (tag: string) => Promise<string | null>,
): Promise<string | null> {
  const ownDate = readReleaseTag(own)?.date ?? '99999999';
  const candidates = tags
    .flatMap((tag) => {
      const release = readReleaseTag(tag);
      return release === null || tag === own || release.date > ownDate ? [] : [{ tag, ...release }];
    })
    .sort((one, other) => byNumber(other.date, one.date) || byNumber(other.tag, one.tag));
  for (const { tag, valkey } of candidates) {
    if ((await versionAt(tag)) === valkey) return tag;
  }
  return null;
}
