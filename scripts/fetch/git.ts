import { PipelineError } from '../problems/pipeline-error.ts';
import { lastLine } from './last-line.ts';
import { PassingFailure, type Patience, type Remote, withRetries } from './patience.ts';
import { runGroup } from './process-group.ts';

/** What git says when the remote lacks what it was asked for: asking again does not help. */
export class NotThere extends Error {
  override readonly name = 'NotThere';
}

/**
 * Runs a git command that talks to a remote. Throws NotThere if the remote lacks the ref or commit, VP207 if it refuses us, VP206 if it
 * does not answer within the limits, VP904 if the disk is full. The user's own configuration counts: mirrors, proxies, credentials.
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
