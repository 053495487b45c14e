import type { Reference } from './reference.ts';

interface NamedImage {
  readonly Id: string;
  /** Not every engine gives an empty list for an image without a name. */
  readonly RepoTags?: readonly string[] | null;
}

/** What a report calls the image: as it was asked for; behind an id, by which nobody knows an image, the names that the engine has for it now. */
export function shownReference({ text }: Reference, { Id, RepoTags }: NamedImage): string {
  return text === Id && RepoTags?.length ? `${text} (${RepoTags.join(', ')})` : text;
}
