import * as z from 'zod';
import { digestOf, parseJson } from '../files.ts';
import { PipelineError } from '../pipeline-error.ts';
import { retry } from '../retry.ts';
import type { Credentials } from './credentials.ts';
import { type Manifest, manifestTypes } from './manifest.ts';
import { apiOf, isLoopback, type Repository, showRepository } from './repository.ts';

/** One repository in a registry, by the OCI distribution specification. References are tags or digests. */
export interface Registry {
  readonly repository: Repository;
  /**
   * The manifest with its exact bytes, or null if there is none. Throws VP523 if a digest does not lead to its own
   * bytes. A registry may answer 403 for a repository that is not there yet, as for one that is not to be seen:
   * `absent` takes that for no manifest, where the push that follows decides; else it is VP502.
   */
  manifest(reference: string, hidden?: 'refused' | 'absent'): Promise<Manifest | null>;
  /** All tags; none where there is no such repository. */
  tags(): Promise<string[]>;
  putManifest(reference: string, manifest: Pick<Manifest, 'mediaType' | 'body'>): Promise<void>;
  hasBlob(digest: string): Promise<boolean>;
  /** A small blob, such as the configuration of an image; null if there is none. */
  blob(digest: string): Promise<Buffer | null>;
}

/**
 * A client of our own, rather than skopeo or `docker buildx imagetools`, because what is published is known, byte for
 * byte and with its digest, before the first request that writes; a request that is not needed is not made; Ctrl-C and
 * every refusal reach us as they are, not as another program's prose. Four requests of a stable specification are all
 * that it takes.
 */
export function openRegistry(repository: Repository, credentials: Credentials | null, patience: Patience): Registry {
  const { registry } = repository;
  const ask = requests(registry, patience);
  const base = `${apiOf(registry)}/v2/${repository.name}`;
  let authorization: string | null = null;

  /** Sends a request; on a 401 once more with what the registry asks for, since a token may also have expired. */
  const send = async (path: string, init: RequestInit): Promise<Answer> => {
    const attempt = (): Promise<Answer> => {
      const headers = { ...init.headers, ...(authorization === null ? {} : { authorization }) };
      return ask(`${base}/${path}`, { ...init, headers });
    };
    const first = await attempt();
    if (first.status !== 401) return first;
    const challenge = readChallenge(first.headers.get('www-authenticate'));
    authorization = challenge && (await authorize(challenge, credentials, repository, ask));
    const second = authorization === null ? first : await attempt();
    if (second.status !== 401) return second;
    throw accessRefused(registry, credentials, 'it answers 401');
  };

  /** The answer, or null if there is no such thing; everything else is a PipelineError. */
  const read = async (
    path: string,
    init: RequestInit = {},
    none: readonly number[] = [404],
  ): Promise<Answer | null> => {
    const answer = await send(path, init);
    if (none.includes(answer.status)) return null;
    // HEAD of a blob does not follow to the storage behind the registry: that there is an address is all that matters.
    if (answer.status >= 200 && answer.status < 400) return answer;
    throw refusal(answer, `${init.method ?? 'GET'} ${path}`, repository, credentials);
  };

  return {
    repository,
    async manifest(reference, hidden = 'refused') {
      const init = { headers: { accept: manifestTypes.join(', ') } };
      const answer = await read(`manifests/${reference}`, init, hidden === 'absent' ? [404, 403] : [404]);
      if (answer === null) return null;
      const digest = digestOf(answer.body);
      if (reference.startsWith('sha256:') && reference !== digest) {
        const where = `${showRepository(repository)}@${reference}`;
        throw new PipelineError('VP523', `the registry gives other bytes for this digest: theirs is ${digest}`, {
          where,
        });
      }
      const mediaType = (answer.headers.get('content-type') ?? '').split(';')[0] ?? '';
      return { digest, mediaType, body: answer.body };
    },
    async tags() {
      const found: string[] = [];
      for (let query: string | undefined = 'n=1000'; query !== undefined; ) {
        const page: Answer | null = await read(`tags/list?${query}`);
        if (page === null) break;
        found.push(...readTags(page.body));
        query = /<[^>]*\?([^>]*)>;\s*rel="?next/i.exec(page.headers.get('link') ?? '')?.[1];
      }
      return found;
    },
    async putManifest(reference, { mediaType, body }) {
      const path = `manifests/${reference}`;
      const init = { method: 'PUT', headers: { 'content-type': mediaType }, body: new Uint8Array(body) };
      const answer = await send(path, init);
      if (answer.status !== 201) throw refusal(answer, `PUT ${path}`, repository, credentials);
    },
    hasBlob: async (digest) => (await read(`blobs/${digest}`, { method: 'HEAD', redirect: 'manual' })) !== null,
    blob: async (digest) => (await read(`blobs/${digest}`))?.body ?? null,
  };
}

/** A whole answer: everything that is asked for here is small. */
interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** Sends a request and gives the answer, whatever its status. */
type Ask = (url: string, init: RequestInit) => Promise<Answer>;

interface Patience {
  readonly aborted: AbortSignal;
  /** How long one answer may take. */
  readonly timeoutMs?: number;
  /** How long to wait before each further try. */
  readonly retryAfterMs?: readonly number[];
}

/** The answers of a registry that is busy or restarting. Every request made here can be sent twice. */
const passing: readonly number[] = [429, 502, 503, 504];

/**
 * A way to send requests to one registry. A failure that may pass is tried again. Throws VP501 if no answer came, VP503
 * if there had been one before; the signal's own reason once it has fired.
 */
function requests(registry: string, { aborted, timeoutMs = 30_000, retryAfterMs = [300, 1500] }: Patience): Ask {
  let hasAnswered = false;
  const once: Ask = async (url, init) => {
    const signal = AbortSignal.any([aborted, AbortSignal.timeout(timeoutMs)]);
    const response = await fetch(url, { ...init, signal });
    const body = Buffer.from(await response.arrayBuffer());
    hasAnswered = true;
    return { status: response.status, headers: response.headers, body };
  };
  const sure: Ask = async (url, init) => {
    const answer = await once(url, init);
    if (passing.includes(answer.status)) throw new Busy(answer);
    return answer;
  };
  return async (url, init) => {
    try {
      return await retry({ pausesMs: retryAfterMs, signal: aborted, mayPass: () => true }, () => sure(url, init));
    } catch (cause) {
      aborted.throwIfAborted();
      if (cause instanceof Busy) return cause.answer;
      throw new PipelineError(hasAnswered ? 'VP503' : 'VP501', reason(cause, timeoutMs), { where: registry, cause });
    }
  };
}

class Busy extends Error {
  override readonly name = 'Busy';
  readonly answer: Answer;
  constructor(answer: Answer) {
    super(`it answers ${answer.status}`);
    this.answer = answer;
  }
}

/** The word of the system in it (ECONNREFUSED, ENOTFOUND): `fetch failed` says nothing. */
function reason(error: unknown, timeoutMs: number): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`;
  const cause = error instanceof Error ? error.cause : undefined;
  const word = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause ?? error);
  return `the connection failed (${word})`;
}

function readTags(body: Buffer): readonly string[] {
  const found = parseJson(body.toString('utf8'), z.looseObject({ tags: z.array(z.string()).nullish() }));
  return found.ok ? (found.value.tags ?? []) : [];
}

const tokenAnswer = z.looseObject({ token: z.string().optional(), access_token: z.string().optional() });

/**
 * The Authorization header that answers a challenge: user and password for Basic; for Bearer a token for this
 * repository, as https://distribution.github.io/distribution/spec/auth/token/ says. Null if nothing can be given.
 * Throws VP502 if the token is refused.
 */
async function authorize(
  challenge: Challenge,
  credentials: Credentials | null,
  { registry, name }: Repository,
  ask: Ask,
): Promise<string | null> {
  const basic = credentials === null ? null : `Basic ${base64(`${credentials.username}:${credentials.password}`)}`;
  if (challenge.scheme === 'basic') return basic;
  const url = tokenUrl(challenge.realm, registry);
  if (challenge.service !== null) url.searchParams.set('service', challenge.service);
  // Without credentials nobody gets leave to push: asking for it would only lose the leave to read.
  url.searchParams.set('scope', `repository:${name}:${basic === null ? 'pull' : 'pull,push'}`);
  const answer = await ask(url.href, { headers: basic === null ? {} : { authorization: basic } });
  if (answer.status === 401 || answer.status === 403) {
    throw accessRefused(registry, credentials, `its token service answers ${answer.status}`);
  }
  const token = readToken(answer.body);
  if (token !== null) return `Bearer ${token}`;
  throw new PipelineError('VP504', `its token service answers ${answer.status}, and gives no token`, {
    where: registry,
  });
}

/** VP502, with what the user can do. Never holds the password. */
export function accessRefused(registry: string, credentials: Credentials | null, why: string): PipelineError {
  return credentials === null
    ? new PipelineError('VP502', `${why}, and docker has no credentials for it`, {
        where: registry,
        fix: `docker login ${registry}`,
      })
    : new PipelineError('VP502', `${why} to the user ${credentials.username}`, {
        where: registry,
        fix: `docker login ${registry}, as a user who may write there`,
      });
}

/** A password goes out encrypted, or stays on this machine. */
function tokenUrl(realm: string, registry: string): URL {
  const url = URL.canParse(realm) ? new URL(realm) : null;
  const isSafe = url?.protocol === 'https:' || (isLoopback(registry) && url !== null && isLoopback(url.host));
  if (url !== null && isSafe) return url;
  throw new PipelineError('VP504', `its token service is not reached by https, got ${realm}`, { where: registry });
}

/** The answer itself is never shown: it is as good as the password. */
function readToken(body: Buffer): string | null {
  try {
    const { token, access_token } = tokenAnswer.parse(JSON.parse(body.toString('utf8')));
    return token ?? access_token ?? null;
  } catch {
    return null;
  }
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

/** The demand of a registry, in WWW-Authenticate. */
type Challenge =
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'bearer'; readonly realm: string; readonly service: string | null };

/** Reads the header of a 401, by RFC 9110 §11.6.1; null if it asks for what nobody here can give. */
export function readChallenge(header: string | null): Challenge | null {
  const scheme = /^\s*([A-Za-z]+)/.exec(header ?? '')?.[1]?.toLowerCase();
  if (scheme === 'basic') return { scheme };
  if (scheme !== 'bearer') return null;
  const realm = parameter(header ?? '', 'realm');
  return realm === null ? null : { scheme, realm, service: parameter(header ?? '', 'service') };
}

function parameter(header: string, name: string): string | null {
  const found = new RegExp(`[\\s,]${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s,"]+))`, 'i').exec(header);
  return found?.[1]?.replaceAll(/\\(.)/g, '$1') ?? found?.[2] ?? null;
}

/** Errors as the OCI distribution specification has them. */
const errorAnswer = z.looseObject({
  errors: z.array(z.looseObject({ code: z.string(), message: z.string().optional() })).min(1),
});

/** An unwanted answer as the user's problem: VP502 (no access), VP504 (out of order) or VP505 (turned down). */
function refusal(
  { status, body }: Answer,
  request: string,
  repository: Repository,
  credentials: Credentials | null,
): PipelineError {
  const said = `${request}: it answers ${status}${words(body)}`;
  if (status === 401 || status === 403) return accessRefused(repository.registry, credentials, said);
  const code = status >= 500 || status < 400 ? 'VP504' : 'VP505';
  return new PipelineError(code, said, { where: showRepository(repository) });
}

function words(body: Buffer): string {
  const text = body.toString('utf8');
  const errors = readErrors(text).map(({ code, message }) => (message === undefined ? code : `${code} ${message}`));
  const shown = errors.length > 0 ? errors.join('; ') : (text.trim().split('\n')[0] ?? '');
  return shown === '' ? '' : ` (${shown.slice(0, 300)})`;
}

function readErrors(text: string): z.infer<typeof errorAnswer>['errors'] {
  try {
    return errorAnswer.parse(JSON.parse(text)).errors;
  } catch {
    return [];
  }
}
