import { changeTable } from '../release-notes/change-table.ts';
import { compareComponents, type Difference } from '../release-notes/compare.ts';
import { componentsOf } from '../release-notes/component.ts';
import { plain } from '../release-notes/markdown.ts';
import type { ReleasePoint } from '../release-notes/release-point.ts';
import type { NotTaken } from './newer-record.ts';

/** One line as it is committed, and as the working copy has it. `was` is null for a line that is new. */
export interface LineChange {
  readonly line: string;
  readonly was: ReleasePoint | null;
  readonly now: ReleasePoint;
}

export interface Proposal {
  readonly title: string;
  readonly body: string;
}

/** What a pull request says about newer inputs, or null if every line is what it was. `notTaken` is named in it for whoever decides. */
export function proposalOf(changes: readonly LineChange[], notTaken: readonly NotTaken[] = []): Proposal | null {
  const changed = changes
    .map(({ line, was, now }) => ({ line, differences: differencesOf(was, now) }))
    .filter(({ differences }) => differences.length > 0);
  if (changed.length === 0) return null;
  const parts = changed.map(({ line, differences }) => `${line}: ${differences.map(nameOf).join(', ')}`);
  const sections = changed.map(({ line, differences }) => `## Line ${line}\n\n${changeTable(differences)}`);
  const body = [
    'Newer inputs, found and locked by `npm run take-newer`. Nothing is published by merging this: push a release tag after it.',
    ...sections,
    ...showNotTaken(notTaken),
  ];
  return { title: `Take newer inputs (${parts.join('; ')})`, body: `${body.join('\n\n')}\n` };
}

function showNotTaken(notTaken: readonly NotTaken[]): string[] {
  if (notTaken.length === 0) return [];
  const rows = notTaken.map(
    ({ line, input, current, available }) =>
      `- ${plain(line)}: ${plain(input)} ${plain(available)} (has ${plain(current)})`,
  );
  return ['## Newer version lines, not taken', rows.join('\n')];
}

function differencesOf(was: ReleasePoint | null, now: ReleasePoint): Difference[] {
  const all = compareComponents(was === null ? new Map() : componentsOf(was), componentsOf(now));
  // A line that is locked for the first time has nothing in it that is newer, and is worth a pull request all the same.
  const isNewlyLocked = was !== null && was.locked === null && now.locked !== null;
  return all.filter(({ kind }) => kind !== 'same' && (kind !== 'unrecorded' || isNewlyLocked));
}

function nameOf(difference: Difference): string {
  switch (difference.kind) {
    case 'removed':
      return `without ${difference.was.name}`;
    case 'updated':
      return `${difference.now.name} ${difference.now.version}`;
    case 'moved':
    case 'unrecorded':
    case 'added':
    case 'same':
      return difference.now.name;
  }
}
