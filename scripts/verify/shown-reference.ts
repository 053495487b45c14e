import type Docker from 'dockerode';
import type { Reference } from './reference.ts';

/** What a report calls the image: as it was asked for; behind an id, by which nobody knows an image, the names that the engine has for it now. */
export function shownReference(
  { text }: Reference,
  { Id, RepoTags }: Pick<Docker.ImageInspectInfo, 'Id' | 'RepoTags'>,
): string {
  return text === Id && RepoTags.length > 0 ? `${text} (${RepoTags.join(', ')})` : text;
}
