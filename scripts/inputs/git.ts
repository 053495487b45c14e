import { isSameLine, readRelease, releasesLike } from '../data/version.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import { runGroup } from '../lib/run.ts';
import { didYouMean, lastLine } from '../lib/text.ts';
import { PassingFailure, type Patience, type Remote, withRetries } from './remote.ts';

/** Thrown where the remote lacks the ref or commit that it was asked for: asking again does not help. */
export class NotThere extends Error {
  override readonly name = 'NotThere';
}

/**
 * Runs a git command that talks to a remote. Throws NotThere if the remote lacks the ref or commit, VP207 if it refuses
 * us, VP206 if it does not answer within the limits, VP904 if the disk is full. The user's own configuration counts:
 * mirrors, proxies, credentials.
 */
export async function gitRemote(
  where: string,
  args: readonly string[],
  remote: Remote,
  trust: 'named by us' | 'named by a submodule' = 'named by us',
): Promise<string> {
  const env = {
    ...ownEnvironment,
    ...remoteEnvironment(remote.patience),
    // As git itself does for submodules: no other program, and no file, unless the user allows it (protocol.*.allow).
    ...(trust === 'named by us' ? {} : { GIT_PROTOCOL_FROM_USER: '0' }),
  };
  return await withRetries(where, remote, async (signal) => {
    const ran = await runGroup('git', args, { env }, signal);
    if (ran.isDone) return ran.text;
    throw failureOf(where, ran.said);
  });
}

/** Runs a git command on a local repository. */
export async function git(args: readonly string[], aborted: AbortSignal): Promise<string> {
  const ran = await runGroup('git', args, { env: ownEnvironment }, aborted);
  if (ran.isDone) return ran.text;
  aborted.throwIfAborted();
  throw diskFull(ran.said) ?? new Error(`git ${args.join(' ')} failed: ${ran.said}`);
}

/** A hook of some other repository may have started us, and its variables would lead git there. */
const ownEnvironment = {
  LC_ALL: 'C',
  GIT_TERMINAL_PROMPT: '0',
  GIT_DIR: undefined,
  GIT_WORK_TREE: undefined,
  GIT_INDEX_FILE: undefined,
  GIT_OBJECT_DIRECTORY: undefined,
  GIT_ALTERNATE_OBJECT_DIRECTORIES: undefined,
} as const;

/** A stalled transfer ends, whatever starts it; nobody is asked for a password. */
function remoteEnvironment({ lowSpeedLimit, lowSpeedTime }: Patience): Record<string, string> {
  return {
    GIT_HTTP_LOW_SPEED_LIMIT: String(lowSpeedLimit),
    GIT_HTTP_LOW_SPEED_TIME: String(lowSpeedTime),
    GIT_ASKPASS: 'true',
    SSH_ASKPASS: 'true',
    SSH_ASKPASS_REQUIRE: 'never',
  };
}

function failureOf(where: string, said: string): Error {
  if (lacking.test(said)) return new NotThere(said);
  const transport = /transport '(.*)' not allowed/.exec(said)?.[1];
  if (transport !== undefined) {
    const fix = `if it is meant: git config --global protocol.${transport}.allow always`;
    return new PipelineError('VP207', `a submodule may not come by the transport ${transport}`, { where, fix });
  }
  if (refusing.test(said)) return new PipelineError('VP207', lastLine(said), { where });
  return diskFull(said) ?? new PassingFailure(said);
}

const lacking =
  /not our ref|unadvertised object|couldn't find remote ref|could not find remote ref|Remote branch .* not found/i;
const refusing =
  /could not read Username|could not read Password|Authentication failed|Permission denied|access denied|returned error: 40[13]|repository .* not found|does not appear to be a git repository/i;

function diskFull(said: string): PipelineError | undefined {
  return /No space left on device/i.test(said) ? new PipelineError('VP904', lastLine(said)) : undefined;
}

/** A repository's tags and branches: names to commits. */
export interface RemoteRefs {
  readonly tags: ReadonlyMap<string, string>;
  readonly branches: ReadonlyMap<string, string>;
}

/** Asks each repository once. */
export function askRemotes(remote: Remote): (repository: string) => Promise<RemoteRefs> {
  const asked = new Map<string, Promise<RemoteRefs>>();
  return (repository) => {
    const known = asked.get(repository);
    if (known) return known;
    remote.report(`asking ${repository} for its tags`);
    const answer = gitRemote(repository, ['ls-remote', '--tags', '--heads', repository], remote).then(parseRefs);
    asked.set(repository, answer);
    return answer;
  };
}

/**
 * Reads `<commit>\t<ref>` lines of git ls-remote. An annotated tag is an object of its own: `<ref>^{}` is the commit
 * behind it.
 */
export function parseRefs(text: string): RemoteRefs {
  const tags = new Map<string, string>();
  const branches = new Map<string, string>();
  const behind = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, commit, kind, name, peeled] = /^([0-9a-f]{40,64})\trefs\/(tags|heads)\/(.+?)(\^\{\})?$/.exec(line) ?? [];
    if (commit === undefined || name === undefined) continue;
    if (kind === 'heads') branches.set(name, commit);
    else (peeled === undefined ? tags : behind).set(name, commit);
  }
  for (const [name, commit] of behind) tags.set(name, commit);
  return { tags, branches };
}

/** The commit that a tag leads to. Throws VP203, which names the tags that are nearest. */
export function commitOfTag(title: string, repository: string, tag: string, { tags }: RemoteRefs): string {
  const commit = tags.get(tag);
  if (commit !== undefined) return commit;
  throw new PipelineError('VP203', `${title}: the repository has no tag ${tag}`, {
    where: repository,
    fix: `${nearestTags(tag, [...tags.keys()])} in the release line`,
  });
}

/** The commit that a branch, or else a tag, leads to. Throws VP203. */
export function commitOfBranch(title: string, repository: string, ref: string, refs: RemoteRefs): string {
  const commit = refs.branches.get(ref) ?? refs.tags.get(ref);
  if (commit !== undefined) return commit;
  throw new PipelineError('VP203', `${title}: the repository has no branch ${ref}`, {
    where: repository,
    fix: 'correct the ref of the dependency in the manifest',
  });
}

/** Throws VP204 where a tag leads to another commit than the locked one. */
export function requireUnmoved(title: string, repository: string, tag: string, locked: string, now: string): void {
  if (locked === now) return;
  throw new PipelineError('VP204', `${title}: the tag ${tag} has moved, from ${locked} to ${now}`, {
    where: repository,
  });
}

const listed = 5;

/** Words of advice: the tag that may have been meant, and the newest releases of the same version line, or of all. */
export function nearestTags(tag: string, known: readonly string[]): string {
  if (known.length === 0) return 'it has no tags at all: correct the address';
  const wanted = readRelease(tag);
  const alike = releasesLike(tag, known);
  const sameLine = alike.filter((release) => wanted !== null && isSameLine(release, wanted));
  const releases = (sameLine.length > 0 ? sameLine : alike).map((release) => release.tag);
  const shown = (releases.length > 0 ? releases : known).slice(0, listed);
  return `${didYouMean(tag, known)}write one of ${shown.join(', ')}`;
}
