import type { LockedBase, LockedSource } from '../data/lock.ts';
import type { ReleasePoint } from './release-point.ts';

/** One part of an image as the notes name it. `id` is a commit or digest: what the version really meant; null where it is not locked. */
export interface Component {
  readonly name: string;
  readonly version: string;
  readonly id: string | null;
  /** Repository URL; null for what comes from elsewhere. */
  readonly repository: string | null;
}

/** The base, the Node that runs the entrypoint, the modules, and what their builds clone, by name: `base`, `search`, `search/highwayhash`. */
export function componentsOf({ line, locked, node }: ReleasePoint): Map<string, Component> {
  const found = new Map<string, Component>();
  const add = (component: Component): void => void found.set(component.name, component);
  add(baseOf(line.base, locked?.base));
  if (node !== null) add({ name: 'node', version: node, id: null, repository: null });
  for (const [module, entry] of Object.entries(line.modules).sort(byName)) {
    const source = locked?.modules[module];
    add({
      name: module,
      version: entry.tag ?? versionOf(source) ?? 'unresolved',
      id: idOf(source),
      repository: repositoryOf(source),
    });
    if (source?.kind !== 'git') continue;
    for (const [name, { repository, ref, commit }] of Object.entries(source.dependencies).sort(byName)) {
      add({ name: `${module}/${name}`, version: ref, id: commit, repository });
    }
  }
  return found;
}

function baseOf(base: ReleasePoint['line']['base'], locked: LockedBase | undefined): Component {
  const id = locked?.kind === 'image' ? locked.digest : (locked?.valkey.version ?? null);
  const version = 'image' in base ? `${base.image}:${base.tag}` : `Debian ${base.debian.suite}`;
  return { name: 'base', version, id, repository: null };
}

function versionOf(source: LockedSource | undefined): string | null {
  return source === undefined ? null : source.kind === 'git' ? source.tag : source.version;
}

function idOf(source: LockedSource | undefined): string | null {
  return source === undefined ? null : source.kind === 'git' ? source.commit : source.version;
}

function repositoryOf(source: LockedSource | undefined): string | null {
  return source?.kind === 'git' ? source.repository : null;
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}
