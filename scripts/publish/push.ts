import type Docker from 'dockerode';
import * as z from 'zod';
import { PipelineError } from '../lib/pipeline-error.ts';
import type { Credentials } from './credentials.ts';
import { accessRefused } from './registry.ts';
import { type Repository, showRepository } from './repository.ts';

export interface Push {
  readonly docker: Docker;
  readonly repository: Repository;
  readonly tag: string;
  readonly credentials: Credentials | null;
  readonly report: (line: string) => void;
  readonly aborted: AbortSignal;
}

/** One line of the engine's answer. `aux` comes once, at the end. */
const pushEvent = z.looseObject({
  id: z.string().optional(),
  status: z.string().optional(),
  progressDetail: z.looseObject({ current: z.number().optional(), total: z.number().optional() }).optional(),
  error: z.string().optional(),
  aux: z.looseObject({ Digest: z.string() }).optional(),
});

export type PushEvent = z.infer<typeof pushEvent>;

/**
 * Pushes repository:tag, which the engine has, and returns the digest that the engine reports. The credentials go to
 * the engine as a client sends them. Throws VP502, VP503 or VP512; the signal's own reason once it has fired.
 */
export async function pushTag({ docker, repository, tag, credentials, report, aborted }: Push): Promise<string> {
  const { registry } = repository;
  // Without any the header still has to be there: engines before 23 refuse a push that lacks it.
  const { username, password } = credentials ?? { username: '', password: '' };
  const serveraddress = registry === 'docker.io' ? 'https://index.docker.io/v1/' : registry;
  const progress = pushProgress(report);
  let pushed: string | undefined;
  let failure: string | undefined;
  try {
    const stream = await docker.getImage(showRepository(repository)).push({
      tag,
      authconfig: { username, password, serveraddress },
      abortSignal: aborted,
    });
    await new Promise<void>((resolve, reject) => {
      docker.modem.followProgress(
        stream,
        (error: Error | null) => (error === null ? resolve() : reject(error)),
        (line: unknown) => {
          const event = pushEvent.safeParse(line).data;
          if (event === undefined) return;
          pushed = event.aux?.Digest ?? pushed;
          failure = event.error ?? failure;
          progress(event);
        },
      );
    });
  } catch (error) {
    aborted.throwIfAborted();
    failure ??= error instanceof Error ? error.message : String(error);
  }
  if (pushed !== undefined && failure === undefined) return pushed;
  throw pushFailed(
    failure ?? 'the engine named no digest',
    registry,
    `${showRepository(repository)}:${tag}`,
    credentials,
  );
}

/** The engine has nothing but words for what went wrong: those of the registry, or of its network. */
function pushFailed(words: string, registry: string, where: string, credentials: Credentials | null): PipelineError {
  const said = `the engine could not push: ${words.trim().slice(0, 300)}`;
  if (/unauthorized|authentication required|denied|no basic auth|\b40[13]\b/i.test(words)) {
    return accessRefused(registry, credentials, said);
  }
  const isGone =
    /connection (refused|reset)|\bEOF\b|no such host|i\/o timeout|deadline exceeded|network is unreachable/i;
  return new PipelineError(isGone.test(words) ? 'VP503' : 'VP512', said, { where });
}

/**
 * Takes the events of a push, and reports what has been sent, or that the engine tries again, at most once in
 * `everyMs`.
 */
export function pushProgress(
  report: (line: string) => void,
  now: () => number = Date.now,
  everyMs = 5_000,
): (event: PushEvent) => void {
  const layers = new Map<string, { current: number; total: number }>();
  let reportedAt = now();
  return ({ id, status, progressDetail }) => {
    const { current, total } = progressDetail ?? {};
    const isRetry = status?.startsWith('Retrying') ?? false;
    if (id === undefined || (current === undefined && !isRetry)) return;
    if (current !== undefined) layers.set(id, { current, total: Math.max(total ?? 0, current) });
    if (now() - reportedAt < everyMs) return;
    reportedAt = now();
    if (isRetry) return report(`  layer ${id}: ${status}`);
    const sum = (key: 'current' | 'total'): number => [...layers.values()].reduce((all, layer) => all + layer[key], 0);
    report(`  sent ${megabytes(sum('current'))} of ${megabytes(sum('total'))} MB`);
  };
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
