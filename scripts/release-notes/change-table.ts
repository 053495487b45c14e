import type { Difference } from './compare.ts';
import type { Component } from './component.ts';
import { compareLink, plain, showId } from './markdown.ts';

/** One row a component: what it is now, and what became of it. */
export function changeTable(differences: readonly Difference[]): string {
  const rows = differences.map((difference) => {
    const shown = difference.kind === 'removed' ? difference.was : difference.now;
    const id = showId(shown.id, shown.repository);
    return `| ${plain(shown.name)} | ${plain(shown.version)} | ${id} | ${showChange(difference)} |`;
  });
  return ['| part | version | commit or digest | change |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function showChange(difference: Difference): string {
  switch (difference.kind) {
    case 'added':
      return '**new**';
    case 'same':
      return 'as before';
    case 'unrecorded':
      return 'same version';
    case 'removed':
      return '**removed**';
    case 'updated':
      return linked(`**${plain(difference.was.version)} → ${plain(difference.now.version)}**`, difference);
    case 'moved':
      return linked('**same name, other content**', difference);
  }
}

function linked(text: string, { was, now }: { readonly was: Component; readonly now: Component }): string {
  const link = was.repository === now.repository ? compareLink(was.id, now.id, now.repository) : null;
  return link === null ? text : `${text} ([changes](${link}))`;
}
