import { createHash } from 'node:crypto';
import type { LockedSource } from '../lines/lock-file.ts';

/** What a source's folder under dist/sources/<module>/ is named for: the commit or the Debian version, and what its build clones. */
export function sourceId(source: Exclude<LockedSource, { kind: 'debian-package' }>): string {
  if (source.kind === 'debian-source') return source.version;
  const dependencies = Object.entries(source.dependencies).sort(([a], [b]) => (a < b ? -1 : 1));
  if (dependencies.length === 0) return source.commit;
  // Two lines may build one commit of a module against different servers.
  const pins = dependencies.map(([name, { repository, ref, commit }]) => [name, repository, ref, commit]);
  return `${source.commit}-${createHash('sha256').update(JSON.stringify(pins)).digest('hex').slice(0, 8)}`;
}
