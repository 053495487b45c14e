import type { ReadBuild } from '../image/plan.ts';
import { planFetch } from '../inputs/fetch-line.ts';
import { gitRemote } from '../inputs/git.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import { apiOf } from '../lib/registry/repository.ts';
import { lastLine } from '../lib/text.ts';
import type { Workspace } from '../lib/workspace.ts';
import type { Progress } from './progress.ts';
import { askingMs } from './published.ts';

/** A place that something has to be fetched from: one repository of each owner, or a registry. */
type Source = Readonly<{ kind: 'git'; repository: string } | { kind: 'registry'; registry: string }>;

/** The places that are asked before the build can begin; none where all of it was fetched before. */
export async function hostsOf(workspace: Workspace, read: ReadBuild, unresolved: boolean): Promise<Source[]> {
  const { line, locked, plan } = read;
  const planned = unresolved ? null : await planFetch(workspace, line, locked, []);
  const isHere = (module: string): boolean => planned?.find((one) => one.module === module)?.record != null;
  const repositories = plan.modules
    .filter(({ name }) => !isHere(name))
    .flatMap(({ origin, dependencies }) => [origin, ...dependencies.map(({ repository }) => repository)])
    .filter((origin) => URL.canParse(origin));
  // A mirror stands for a prefix of addresses, which is a host or an owner on it.
  const owners = new Map(repositories.map((repository) => [ownerOf(repository), repository]));
  const git = [...owners.values()].map((repository): Source => ({ kind: 'git', repository }));
  if (!unresolved || plan.base.kind !== 'image') return git;
  return [...git, { kind: 'registry', registry: plan.base.reference.split('/')[0] ?? '' }];
}

function ownerOf(repository: string): string {
  const { host, pathname } = new URL(repository);
  return `${host}/${pathname.split('/')[1] ?? ''}`;
}

interface Asking {
  readonly progress: Progress;
  readonly aborted: AbortSignal;
  readonly limitMs?: number;
}

/** Asks every host for a sign of life, all at once. Throws VP640 with those that give none in time. */
export async function requireHosts(
  line: string,
  sources: readonly Source[],
  { progress, aborted, limitMs = askingMs }: Asking,
): Promise<void> {
  if (sources.length === 0) return;
  const silent = await progress.step('Asking the hosts that the build needs', async () => {
    const asked = await Promise.all(sources.map((source) => whySilent(source, aborted, limitMs)));
    return asked.filter((why) => why !== null);
  });
  aborted.throwIfAborted();
  if (silent.length === 0) return;
  const hosts = [...new Set(silent.map(({ host }) => host))];
  throw new PipelineError('VP640', `${hosts.join(', ')} cannot be reached`, {
    where: `line ${line}`,
    details: silent.map(({ asked, why }) => `  | ${asked}: ${why}`).join('\n'),
    fix: wayRoundHosts(silent[0]?.asked ?? ''),
  });
}

function wayRoundHosts(address: string): string {
  const prefix = URL.canParse(address) ? `${new URL(address).origin}/` : '<origin>';
  return [
    'check the network, or take one of these ways',
    `git config --global url.<mirror>.insteadOf ${prefix}    a mirror`,
    'npm start -- --image REFERENCE    an image that is here, or in a registry that can be reached',
    'npm start    the line local, from the Debian archive alone',
  ].join('\n    ');
}

type Silence = Readonly<{ host: string; asked: string; why: string }>;

/** Why a host cannot be used, or null. A refusal is a sign of life: the fetch will tell what it means. */
async function whySilent(source: Source, aborted: AbortSignal, limitMs: number): Promise<Silence | null> {
  if (source.kind === 'registry') {
    const asked = `${apiOf(source.registry)}/v2/`;
    const signal = AbortSignal.any([aborted, AbortSignal.timeout(limitMs)]);
    return await fetch(asked, { signal }).then(
      () => null,
      (error: unknown) => ({ host: source.registry, asked, why: reason(error, limitMs) }),
    );
  }
  const asked = source.repository;
  const seconds = Math.ceil(limitMs / 1000);
  const patience = { attempts: 1, pauseMs: 0, lowSpeedLimit: 1, lowSpeedTime: seconds, timeoutMs: limitMs };
  try {
    await gitRemote(asked, ['ls-remote', asked, 'HEAD'], { patience, aborted, report: () => {} });
    return null;
  } catch (error) {
    if (!(error instanceof PipelineError) || error.code !== 'VP206') return null;
    const isLate = error.message.includes('no result within');
    return { host: new URL(asked).host, asked, why: isLate ? late(limitMs) : reason(error.cause, limitMs) };
  }
}

function reason(error: unknown, limitMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return late(limitMs);
  const { cause } = error;
  return lastLine(cause instanceof Error && 'code' in cause ? String(cause.code) : error.message);
}

function late(limitMs: number): string {
  return `no answer within ${limitMs / 1000} s`;
}
