import { join } from 'node:path';
import { type LockedLine, type LockedSource, readLock } from '../data/lock.ts';
import { loadManifests } from '../data/manifests.ts';
import type { ReleaseLine } from '../data/release-line.ts';
import {
  baseDifferences,
  sourceDifferences,
  type WantedBase,
  type WantedDependency,
  type WantedLine,
  type WantedSource,
  wantedLine,
} from '../data/wanted.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import type { Architecture } from '../lib/platform.ts';
import type { Workspace } from '../lib/workspace.ts';
import { resolveBaseImage } from './base-image.ts';
import { type DebianArchive, sourceFiles, withDebianArchive } from './debian-archive.ts';
import { askRemotes, commitOfBranch, commitOfTag, type RemoteRefs, requireUnmoved } from './git.ts';
import { keepCargoLock } from './keep-cargo-lock.ts';
import { defaultPatience, type Patience, type Remote } from './remote.ts';

export interface ResolveOptions {
  /** Takes what tags and names mean today, even if the lock says something else. */
  readonly update?: boolean;
  readonly patience?: Patience;
  /** The kept Cargo.lock files that were chosen in this run already, by path. */
  readonly chosen?: Set<string>;
  readonly aborted: AbortSignal;
  readonly report: (line: string) => void;
}

/**
 * Finds out what a line's tags and names mean: the whole of its part in lock.json. What is locked already stays, unless
 * the line asks for something else or `update` is set. Throws VP203 for a tag that does not exist, VP204 for one that
 * has moved since it was locked, VP206 and VP207 for a remote that does not answer or refuses, VP208 for a base without
 * a platform, VP209 for a missing package, VP222 and VP223 where cargo cannot choose the crates of a module.
 */
export async function resolveLine(
  workspace: Workspace,
  line: ReleaseLine,
  { update = false, patience = defaultPatience, chosen = new Set(), aborted, report }: ResolveOptions,
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
    const context = { workspace, architectures, archive, remote, refsOf: askRemotes(remote), update, chosen };
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

type LockedGit = Extract<LockedSource, { kind: 'git' }>;
type WantedGit = Extract<WantedSource, { kind: 'git' }>;

interface ResolveContext {
  readonly workspace: Workspace;
  readonly chosen: Set<string>;
  readonly architectures: WantedLine['architectures'];
  readonly archive: DebianArchive;
  readonly remote: Remote;
  readonly refsOf: (repository: string) => Promise<RemoteRefs>;
  readonly update: boolean;
}

/** Finds out what one module's source is. A tag is looked at even where it is locked: it may have moved. */
async function resolveModule(
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
  const cargoLock =
    wanted.cargoLock === undefined ? null : await keepCargoLock({ name, repository, tag, commit }, context);
  return { kind: 'git', repository, tag, commit, dependencies, ...(cargoLock !== null && { cargoLock }) };
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

type Locked<Kind> = Extract<LockedSource, { kind: Kind }>;
type Wanted = Extract<WantedSource, { package: string }>;

/** The version of a source package in the first of its suites whose pool still has it, with its files. Throws VP209. */
export async function resolveDebianSource(
  wanted: Pick<Wanted, 'package' | 'suites'>,
  archive: DebianArchive,
): Promise<Locked<'debian-source'>> {
  return await firstSuite(wanted, async (suite) => {
    const found = await archive.source(suite, wanted.package);
    const version = found?.get('version');
    if (found === null || version === undefined) return 'has no such source package';
    const into = join(archive.scratch, suite, wanted.package);
    if (!(await archive.downloadSource(suite, wanted.package, version, into))) return 'its pool no longer has it';
    return { kind: 'debian-source', package: wanted.package, version, files: sourceFiles(found) };
  });
}

/**
 * The version of a binary package in the first of its suites whose pool still has it for all of the architectures.
 * Throws VP209.
 */
export async function resolveDebianPackage(
  wanted: Pick<Wanted, 'package' | 'suites'>,
  architectures: readonly Architecture[],
  archive: DebianArchive,
): Promise<Locked<'debian-package'>> {
  return await firstSuite(wanted, async (suite) => {
    const found = await Promise.all(
      architectures.map(async (architecture) => {
        const paragraph = await archive.binary(suite, wanted.package, architecture);
        return { architecture, version: paragraph?.get('version'), sha256: paragraph?.get('sha256') };
      }),
    );
    const lacking = found.filter(({ version, sha256 }) => version === undefined || sha256 === undefined);
    if (lacking.length > 0) return `has no such package for ${lacking.map((one) => one.architecture).join(', ')}`;
    const versions = [...new Set(found.map(({ version = '' }) => withoutRebuild(version)))];
    const [version = ''] = versions;
    if (versions.length > 1) return `has a version for each architecture: ${versions.join(', ')}`;
    for (const { architecture } of found) {
      const into = join(archive.scratch, suite, architecture);
      if (!(await archive.download(suite, wanted.package, architecture, into))) return 'its pool no longer has it';
    }
    const sha256 = Object.fromEntries(found.map((one) => [one.architecture, one.sha256]));
    return { kind: 'debian-package', package: wanted.package, version, sha256 };
  });
}

/** `1.2-4+b1` -> `1.2-4`: an architecture's own rebuild of the same source. */
function withoutRebuild(version: string): string {
  return version.replace(/\+b\d+$/, '');
}

/** `look` gives what it found, or why the suite does not do. */
async function firstSuite<Found extends object>(
  { package: name, suites }: Pick<Wanted, 'package' | 'suites'>,
  look: (suite: string) => Promise<Found | string>,
): Promise<Found> {
  const failures: string[] = [];
  for (const suite of suites) {
    const found = await look(suite);
    if (typeof found !== 'string') return found;
    failures.push(`  ${suite}: ${found}`);
  }
  throw new PipelineError('VP209', `${name} is in none of these suites: ${suites.join(', ')}`, {
    details: failures.join('\n'),
  });
}
