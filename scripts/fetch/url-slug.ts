/** A file name for a repository's URL; the same for the forms that lead to one repository: with and without .git, or a slash at the end. */
export function urlSlug(url: string): string {
  return canonicalUrl(url)
    .replace(/^[a-z+]+:\/\//, '')
    .replaceAll(/[^A-Za-z0-9.-]+/g, '_')
    .replace(/^[._-]+/, '');
}

/** The URL without what hosts ignore at its end. */
export function canonicalUrl(url: string): string {
  return url.replace(/\/+$/, '').replace(/\.git$/, '');
}
