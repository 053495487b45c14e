/** A tag that names a release: X.Y.Z, with whatever stands around it. */
interface Release {
  readonly tag: string;
  readonly version: readonly [major: number, minor: number, patch: number];
  /**
   * The tag without its number: only tags of one shape can be compared. `9.0.4-trixie` and `9.0.5-trixie`, but not
   * `9.0.5-alpine`.
   */
  readonly shape: string;
}

/** Reads a tag; null for one that names no release. */
export function readRelease(tag: string): Release | null {
  const [, before, major, minor, patch, after] = /^(\D*)(\d+)\.(\d+)\.(\d+)(|[^.\d].*)$/.exec(tag) ?? [];
  if (before === undefined || after === undefined) return null;
  return { tag, version: [Number(major), Number(minor), Number(patch)], shape: `${before}#${after}` };
}

/** Negative where `a` is older, as for Array.sort. */
export function compareReleases({ version: a }: Release, { version: b }: Release): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** The order of names with numbers in them, for Array.sort: 9.2 stands before 9.10. */
export function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

/** Those of the tags that can be compared with `tag`, newest first. */
export function releasesLike(tag: string, known: Iterable<string>): Release[] {
  const shape = readRelease(tag)?.shape;
  return [...known]
    .flatMap((name) => readRelease(name) ?? [])
    .filter((release) => release.shape === shape)
    .sort((a, b) => compareReleases(b, a));
}

/** True for two releases of one version line: the same major and minor number. */
export function isSameLine({ version: a }: Release, { version: b }: Release): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

/**
 * True for a release that is not older than `since`: a release, or a version line (major.minor). A tag that names no
 * release counts as the newest.
 */
export function isSince(tag: string, since: string): boolean {
  const release = readRelease(tag);
  const first = readRelease(since) ?? readRelease(`${since}.0`);
  return release === null || first === null || compareReleases(release, first) >= 0;
}

/** True for a release from `since` on, and before `below`. */
export function isWithin(
  tag: string,
  { since, below }: { readonly since?: string | undefined; readonly below?: string | undefined },
): boolean {
  return (since === undefined || isSince(tag, since)) && (below === undefined || !isSince(tag, below));
}

/** `1:8.1.1+dfsg1-3+deb13u2` -> `8.1.1`: without Debian's epoch, repack suffix and revision. */
export function upstreamVersion(debian: string): string {
  return debian
    .replace(/^\d+:/, '')
    .replace(/-[^-]*$/, '')
    .replace(/[+~](dfsg|ds|really).*$/, '');
}
