import type { StagedImage } from '../pipeline/records.ts';
import type { PublishedRecord } from '../publish/published-record.ts';
import type { PublishedTag } from './up-to-date.ts';

export interface OwnRecords {
  /** published.json, by which is signed; null where there is none. */
  readonly published: PublishedRecord | null;
  readonly staged: readonly StagedImage[];
}

/**
 * What is left of a release whose tags are right already, by the records of this machine. `nothing`: published.json names what the tags lead
 * to. `publish`: the images were staged from here, and publishing was cut off before its record: publishing again looks at everything, and
 * writes it. `nothing here`: another machine made this release. It was not tested here, so no record of it is made out of what the
 * registry says: a record is what gets signed.
 */
export function whatIsLeft(
  tags: readonly PublishedTag[],
  repository: string,
  { published, staged }: OwnRecords,
): 'nothing' | 'publish' | 'nothing here' {
  const isRecorded = ({ variant, digest }: PublishedTag): boolean =>
    published?.repository === repository && published.variants[variant]?.digest === digest;
  const isStaged = ({ variant, platform, image }: PublishedTag): boolean =>
    staged.some(
      (one) =>
        one.repository === repository && one.variant === variant && one.platform === platform && one.digest === image,
    );
  if (tags.every(isRecorded)) return 'nothing';
  return tags.every(isStaged) ? 'publish' : 'nothing here';
}
