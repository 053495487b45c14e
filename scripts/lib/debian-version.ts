/** `1:8.1.1+dfsg1-3+deb13u2` -> `8.1.1`: without Debian's epoch, repack suffix and revision. */
export function upstreamVersion(debian: string): string {
  return debian
    .replace(/^\d+:/, '')
    .replace(/-[^-]*$/, '')
    .replace(/[+~](dfsg|ds|really).*$/, '');
}
