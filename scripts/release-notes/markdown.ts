/** Text that shows as it is: no markup, no mention of a user or an issue (a space without width breaks it), no link, no cell border. */
export function plain(text: string): string {
  return text
    .replaceAll(/[\\`*_{}[\]()#|~!>]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[@#](?=\w)/g, '$&&#8203;')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** A commit or digest, short enough to read, linked where its host is known. */
export function showId(id: string | null, repository: string | null): string {
  if (id === null) return '';
  const short = `\`${/^[0-9a-f]{40,}$/.test(id) ? id.slice(0, 12) : id}\``;
  const base = onGitHub(repository);
  return base === null ? short : `[${short}](${base}/commit/${id})`;
}

/** A link to all changes between two commits, or null where the host has no such page. */
export function compareLink(from: string | null, to: string | null, repository: string | null): string | null {
  const base = onGitHub(repository);
  return base === null || from === null || to === null ? null : `${base}/compare/${from}...${to}`;
}

function onGitHub(repository: string | null): string | null {
  const found = /^https:\/\/github\.com\/[\w.-]+\/[\w.-]+?(?=\.git$|\/?$)/.exec(repository ?? '');
  return found?.[0] ?? null;
}
