import { type LockedLine, readLock } from '../data/lock.ts';
import { loadManifests } from '../data/manifests.ts';
import type { ReleaseLine } from '../data/release-line.ts';
import { baseDifferences, type WantedBase, wantedLine } from '../data/wanted.ts';
import { defaultPatience, type Patience, type Remote } from '../fetch/patience.ts';
import type { Workspace } from '../pipeline/workspace.ts';
import { resolveBaseImage } from './base-image.ts';
import { resolveDebianPackage } from './debian.ts';
import { type DebianArchive, withDebianArchive } from './debian-archive.ts';
import { askRemotes } from './remote-refs.ts';
import { resolveModule } from './resolve-module.ts';

export interface ResolveOptions {
  /** Takes what tags and names mean today, even if the lock says something else. */
  readonly update?: boolean;
  readonly patience?: Patience;
  readonly aborted: AbortSignal;
  readonly report: (line: string) => void;
}

/**
 * Finds out what a line's tags and names mean: the whole of its part in lock.json. What is locked already stays, unless the line asks for
 * something else or `update` is set. Throws VP203 for a tag that does not exist, VP204 for one that has moved since it was locked, VP206 and
 * VP207 for a remote that does not answer or refuses, VP208 for a base without a platform, VP209 for a missing package.
 */
export async function resolveLine(
  workspace: Workspace,
  line: ReleaseLine,
  { update = false, patience = defaultPatience, aborted, report }: ResolveOptions,
): Promise<LockedLine> {
  const manifests = loadManifests(workspace.modules);
  const locked = readLock(workspace).lines[line.line];
  const remote: Remote = { patience, aborted, report };
  return await withDebianArchive(remote, async (archive) => {
    const { base: wanted, architectures } = wantedLine(line, manifests, undefined);
    const isCurrent = baseDifferences(wanted, locked?.base, architectures).length === 0;
    const known = isCurrent && !update ? locked?.base : undefined;
    const base = known ?? (await resolveBase(wanted, architectures, archive, remote));
    const { modules } = wantedLine(line, manifests, base);
    const resolved: LockedLine['modules'] = {};
    const context = { architectures, archive, remote, refsOf: askRemotes(remote), update };
    for (const [name, source] of Object.entries(modules).sort(([a], [b]) => (a < b ? -1 : 1))) {
      resolved[name] = await resolveModule(name, source, locked?.modules[name], context);
    }
    return { base, modules: resolved };
  });
}

async function resolveBase(
  wanted: WantedBase,
  architectures: Parameters<typeof resolveBaseImage>[1],
  archive: DebianArchive,
  remote: Remote,
): Promise<LockedLine['base']> {
  if (wanted.kind === 'image') return await resolveBaseImage(wanted, architectures, remote);
  const valkey = await resolveDebianPackage(wanted.valkey, architectures, archive);
  return { kind: 'debian', suite: wanted.suite, valkey };
}
