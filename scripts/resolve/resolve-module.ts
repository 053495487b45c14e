import type { LockedSource } from '../data/lock.ts';
import { sourceDifferences, type WantedDependency, type WantedLine, type WantedSource } from '../data/wanted.ts';
import type { Remote } from '../fetch/patience.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import { resolveDebianPackage, resolveDebianSource } from './debian.ts';
import type { DebianArchive } from './debian-archive.ts';
import { commitOfBranch, commitOfTag, requireUnmoved } from './git-pin.ts';
import type { RemoteRefs } from './remote-refs.ts';

type LockedGit = Extract<LockedSource, { kind: 'git' }>;
type WantedGit = Extract<WantedSource, { kind: 'git' }>;

export interface ResolveContext {
  readonly architectures: WantedLine['architectures'];
  readonly archive: DebianArchive;
  readonly remote: Remote;
  readonly refsOf: (repository: string) => Promise<RemoteRefs>;
  readonly update: boolean;
}

/** Finds out what one module's source is. A tag is looked at even where it is locked: it may have moved. */
export async function resolveModule(
  name: string,
  wanted: WantedSource,
  locked: LockedSource | undefined,
  context: ResolveContext,
): Promise<LockedSource> {
  const { architectures, archive, update } = context;
  if (wanted.kind === 'git')
    return await resolveGit(name, wanted, locked?.kind === 'git' ? locked : undefined, context);
  const isCurrent = sourceDifferences(name, wanted, locked, architectures).length === 0;
  if (locked !== undefined && isCurrent && !update) return locked;
  if (wanted.kind === 'debian-source') return await resolveDebianSource(wanted, archive);
  return await resolveDebianPackage(wanted, architectures, archive);
}

async function resolveGit(
  name: string,
  wanted: WantedGit,
  locked: LockedGit | undefined,
  context: ResolveContext,
): Promise<LockedGit> {
  const { repository, tag } = wanted;
  const title = `${name} ${tag}`;
  const known = locked?.repository === repository && locked.tag === tag && !context.update ? locked.commit : undefined;
  const commit = await pinTag(title, repository, tag, known, context);
  const dependencies: LockedGit['dependencies'] = {};
  for (const [dependency, one] of Object.entries(wanted.dependencies).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const pinned = locked?.dependencies[dependency];
    dependencies[dependency] = await resolveDependency(`${name}, dependency ${dependency}`, one, pinned, context);
  }
  return { kind: 'git', repository, tag, commit, dependencies };
}

async function resolveDependency(
  title: string,
  { repository, ref, pin }: WantedDependency,
  locked: LockedGit['dependencies'][string] | undefined,
  context: ResolveContext,
): Promise<LockedGit['dependencies'][string]> {
  if (ref === null)
    throw new PipelineError('VP201', `${title}: it needs the version of the server, which is not known`);
  const isCommit = /^[0-9a-f]{40}$/.test(ref);
  if (isCommit) return { repository, ref, commit: ref };
  const isCurrent = locked?.repository === repository && locked.ref === ref && !context.update;
  if (pin === 'tag') {
    const known = isCurrent ? locked.commit : undefined;
    return { repository, ref, commit: await pinTag(title, repository, ref, known, context) };
  }
  // A branch moves every day: its pin stays until it is asked to go on.
  if (isCurrent) return locked;
  return { repository, ref, commit: commitOfBranch(title, repository, ref, await context.refsOf(repository)) };
}

/** `known`: the commit that is locked for this very tag. It stays, also where the repository does not answer. */
async function pinTag(
  title: string,
  repository: string,
  tag: string,
  known: string | undefined,
  { refsOf, remote }: ResolveContext,
): Promise<string> {
  if (known === undefined) return commitOfTag(title, repository, tag, await refsOf(repository));
  const refs = await refsOf(repository).catch((error: unknown) => {
    if (!(error instanceof PipelineError) || error.code !== 'VP206') throw error;
    remote.report(
      `${title}: kept at ${known}; whether the tag has moved could not be seen, ${repository} does not answer`,
    );
    return null;
  });
  if (refs !== null) requireUnmoved(title, repository, tag, known, commitOfTag(title, repository, tag, refs));
  return known;
}
