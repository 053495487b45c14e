import { changeTable } from './change-table.ts';
import { compareComponents } from './compare.ts';
import { componentsOf } from './component.ts';
import { plain, showId } from './markdown.ts';
import type { ReleasePoint } from './release-point.ts';

export interface NotesInput {
  readonly now: ReleasePoint;
  /** The release of the line before this one. `point` is null where its data is no longer read. */
  readonly before: { readonly tag: string; readonly point: ReleasePoint | null } | null;
  /** Commits since then that touch the entrypoint or the image, newest first. */
  readonly commits: readonly { readonly id: string; readonly subject: string }[];
  /** https://github.com/<owner>/<repository> of this project; null: commits are not linked. */
  readonly project: string | null;
  /** What the tags of the release lead to, where it is published already. */
  readonly images: readonly { readonly reference: string; readonly tags: readonly string[] }[];
}

/** The notes of one release, as Markdown: what is in it, and what differs from the one before. */
export function releaseNotes({ now, before, commits, project, images }: NotesInput): string {
  const was = before?.point ?? null;
  const differences = compareComponents(was === null ? new Map() : componentsOf(was), componentsOf(now));
  const sections = [
    before === null ? 'First release of this line.' : `Changes since ${plain(before.tag)}.`,
    ...(before !== null && was === null
      ? ['What that release consisted of is not recorded: everything counts as new.']
      : []),
    ...showImages(images),
    '## What is in it',
    changeTable(differences),
    ...(before === null ? [] : ['## Entrypoint and image', showCommits(commits, project)]),
  ];
  return `${sections.join('\n\n')}\n`;
}

function showImages(images: NotesInput['images']): string[] {
  if (images.length === 0) return [];
  const rows = images.map(({ reference, tags }) => `- \`${reference}\`: ${tags.map((tag) => `\`${tag}\``).join(', ')}`);
  return ['## Images', rows.join('\n')];
}

function showCommits(commits: NotesInput['commits'], project: string | null): string {
  if (commits.length === 0) return 'As before.';
  return commits.map(({ id, subject }) => `- ${plain(subject)} (${showId(id, project)})`).join('\n');
}
