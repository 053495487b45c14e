import type Docker from 'dockerode';
import { labels } from '../image/labels.ts';
import { engineStatus } from '../lib/engine.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import { nativePlatform } from '../lib/platform.ts';
import { readCredentials } from '../lib/registry/credentials.ts';
import { openRegistry } from '../lib/registry/registry.ts';
import { isLoopback, type Repository, showRepository } from '../lib/registry/repository.ts';
import { checkSignature, releaseIdentity, type Signer } from '../supply/cosign.ts';
import { obtainImage } from '../verify/image.ts';
import type { Say } from './progress.ts';

/** An image of a registry: what a tag leads to at this moment. */
export interface PublishedImage {
  readonly repository: Repository;
  /** As it was asked for: repository:tag, or repository@digest. */
  readonly name: string;
  readonly digest: string;
}

/** `hidden`: the registry does not say if there is one; it answers so for what is private, or not there at all. */
export type AskedTag = PublishedImage | 'absent' | 'hidden';

/** Nobody waits longer than this for the first word of a host. */
export const askingMs = 6_000;

interface Asking {
  /** Where docker keeps its logins. */
  readonly dockerFolder: string;
  readonly aborted: AbortSignal;
  readonly limitMs?: number;
}

/**
 * Asks a registry what a tag leads to. Throws VP630, with `wayRound` as its fix, where no answer comes in time, and
 * what the registry's client throws for an answer that is none.
 */
export async function askTag(
  repository: Repository,
  tag: string,
  wayRound: string,
  { dockerFolder, aborted, limitMs = askingMs }: Asking,
): Promise<AskedTag> {
  const limit = AbortSignal.timeout(limitMs);
  const unreachable = (why: string, cause: unknown): PipelineError =>
    new PipelineError('VP630', `${repository.registry} does not answer: ${why}`, {
      where: `${showRepository(repository)}:${tag}`,
      fix: wayRound,
      cause,
    });
  try {
    const credentials = await readCredentials(repository.registry, dockerFolder);
    const signal = AbortSignal.any([aborted, limit]);
    const patience = { aborted: signal, timeoutMs: limitMs, retryAfterMs: [] };
    const manifest = await openRegistry(repository, credentials, patience).manifest(tag);
    if (manifest === null) return 'absent';
    return { repository, name: `${showRepository(repository)}:${tag}`, digest: manifest.digest };
  } catch (cause) {
    aborted.throwIfAborted();
    if (limit.aborted) throw unreachable(`nothing came within ${limitMs / 1000} s`, cause);
    if (!(cause instanceof PipelineError)) throw cause;
    if (cause.code === 'VP502') return 'hidden';
    if (cause.code === 'VP501' || cause.code === 'VP503') throw unreachable(wordsOf(cause), cause);
    throw cause;
  }
}

/** `VP501 host: the connection failed (ECONNREFUSED)` without what stands around it. */
function wordsOf({ message }: PipelineError): string {
  return (message.split('\n')[0] ?? '').replace(/^VP\d+ \S+: /, '');
}

/** Whose signature an image from a registry must have. */
export interface Trust {
  /** The path of cosign; null where this machine has none. */
  readonly cosign: string | null;
  /** It was said that the signature does not matter. */
  readonly unsigned: boolean;
  /** The file of a public key; null: the identity of the release workflow of `owner`. */
  readonly key: string | null;
  /** The repository on GitHub, as `kailas-cloud/valkey-bundle`. */
  readonly owner: string;
}

/**
 * Checks the signature of a digest before anything of it is pulled; gives what the user should know, or null. Throws
 * VP631 where there is none, VP632 for one of somebody else, VP633 where cosign could not tell.
 */
export async function requireSigned(
  { repository, name, digest }: PublishedImage,
  { cosign, unsigned, key, owner }: Trust,
  aborted: AbortSignal,
  say: Say,
): Promise<string | null> {
  if (unsigned) return `the signature of ${name} was not checked: --unsigned asked for that`;
  if (cosign === null)
    return `the signature of ${name} was not checked: there is no cosign here (docs/verify-signature.md says how)`;
  const who = key === null ? `the release workflow of ${owner}` : `the key ${key}`;
  const signer: Signer =
    key === null ? { kind: 'keyless', identity: releaseIdentity(owner) } : { kind: 'key', key: '', publicKey: key };
  const thing = { repository: showRepository(repository), digest };
  const http = isLoopback(repository.registry);
  const { verdict, said } = await checkSignature(cosign, thing, signer, { http, aborted, limitMs: SIGNATURE_MS });
  const about = { where: `${thing.repository}@${digest}`, details: said.replaceAll(/^/gm, '  | ') };
  switch (verdict) {
    case 'good':
      say(`signed by ${who}`);
      return null;
    case 'none':
      throw new PipelineError('VP631', 'cosign finds no signature', { where: about.where });
    case 'other':
      throw new PipelineError('VP632', `no signature of ${who}`, about);
    case 'unknown':
      throw new PipelineError('VP633', 'cosign did not come to a result', about);
  }
}

/** A keyless check asks the public log for its keys the first time. */
const SIGNATURE_MS = 60_000;

/** The image in the engine, pulled by its digest where it is not there yet. Throws VP402, VP403, VP405, VP409. */
export async function pullPublished(
  docker: Docker,
  { repository, digest }: PublishedImage,
  aborted: AbortSignal,
  say: Say,
): Promise<Docker.ImageInspectInfo> {
  const text = `${showRepository(repository)}@${digest}`;
  const here = await imageHere(docker, text);
  if (here?.RepoDigests.includes(text)) return here;
  const reference = { kind: 'digest', text, repository: showRepository(repository), digest } as const;
  return await obtainImage(docker, { reference, platform: nativePlatform(), aborted, report: say });
}

/** The image that the engine has under a name or id, or null. */
export async function imageHere(docker: Docker, name: string): Promise<Docker.ImageInspectInfo | null> {
  return await docker
    .getImage(name)
    .inspect()
    .catch((error: unknown) => {
      // 400: it is not even the name of an image to the engine.
      const status = engineStatus(error);
      if (status === 404 || status === 400) return null;
      throw error;
    });
}

/** A name under which the engine has an image of a line's variant, pulled or built before; null where there is none. */
export async function lineImageHere(docker: Docker, line: string, variant: string): Promise<string | null> {
  const filters = { label: [`${labels.line}=${line}`, `${labels.variant}=${variant}`] };
  const [newest] = (await docker.listImages({ filters })).toSorted((one, other) => other.Created - one.Created);
  if (newest === undefined) return null;
  const names = [...(newest.RepoTags ?? []), ...(newest.RepoDigests ?? [])].filter((name) => !name.includes('<none>'));
  return names[0] ?? newest.Id;
}
