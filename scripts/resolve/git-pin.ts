import { nearest } from '../../entrypoint/text/names.ts';
import { isSameLine, readRelease, releasesLike } from '../lines/version.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import type { RemoteRefs } from './remote-refs.ts';

/** The commit that a tag leads to. Throws VP203, which names the tags that are nearest. */
export function commitOfTag(title: string, repository: string, tag: string, { tags }: RemoteRefs): string {
  const commit = tags.get(tag);
  if (commit !== undefined) return commit;
  throw new PipelineError('VP203', `${title}: the repository has no tag ${tag}`, {
    where: repository,
    fix: `${nearestTags(tag, [...tags.keys()])} in the release line`,
  });
}

/** The commit that a branch, or else a tag, leads to. Throws VP203. */
export function commitOfBranch(title: string, repository: string, ref: string, refs: RemoteRefs): string {
  const commit = refs.branches.get(ref) ?? refs.tags.get(ref);
  if (commit !== undefined) return commit;
  throw new PipelineError('VP203', `${title}: the repository has no branch ${ref}`, {
    where: repository,
    fix: 'correct the ref of the dependency in the manifest',
  });
}

/** Throws VP204 where a tag leads to another commit than the locked one. */
export function requireUnmoved(title: string, repository: string, tag: string, locked: string, now: string): void {
  if (locked === now) return;
  throw new PipelineError('VP204', `${title}: the tag ${tag} has moved, from ${locked} to ${now}`, {
    where: repository,
  });
}

const listed = 5;

/** Words of advice: the tag that may have been meant, and the newest releases of the same version line, or of all. */
export function nearestTags(tag: string, known: readonly string[]): string {
  if (known.length === 0) return 'it has no tags at all: correct the address';
  const near = nearest(tag, known);
  const wanted = readRelease(tag);
  const alike = releasesLike(tag, known);
  const sameLine = alike.filter((release) => wanted !== null && isSameLine(release, wanted));
  const releases = (sameLine.length > 0 ? sameLine : alike).map((release) => release.tag);
  const shown = (releases.length > 0 ? releases : known).slice(0, listed);
  return `${near === null ? '' : `did you mean ${near}? `}write one of ${shown.join(', ')}`;
}
