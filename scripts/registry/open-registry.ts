import { digestOf } from '../lib/hash.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import { accessRefused, authorize } from './authorize.ts';
import { readChallenge } from './challenge.ts';
import type { Credentials } from './credentials.ts';
import { type Manifest, manifestTypes } from './manifest.ts';
import { refusal } from './refusal.ts';
import { apiOf, type Repository, showRepository } from './repository.ts';
import { type Answer, type Patience, requests } from './request.ts';

/** One repository in a registry, by the OCI distribution specification. References are tags or digests. */
export interface Registry {
  readonly repository: Repository;
  /** The manifest with its exact bytes, or null if there is none. Throws VP523 if a digest does not lead to its own bytes. */
  manifest(reference: string): Promise<Manifest | null>;
  putManifest(reference: string, manifest: Pick<Manifest, 'mediaType' | 'body'>): Promise<void>;
  hasBlob(digest: string): Promise<boolean>;
  /** A small blob, such as the configuration of an image; null if there is none. */
  blob(digest: string): Promise<Buffer | null>;
}

/**
 * Why a client of our own, rather than skopeo or `docker buildx imagetools`: what is published is known, byte for byte and with its digest,
 * before the first request that writes; a request that is not needed is not made; Ctrl-C and every refusal reach us as they are, not as
 * another program's prose. Four requests of a stable specification are all that it takes.
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
  const read = async (path: string, init: RequestInit = {}): Promise<Answer | null> => {
    const answer = await send(path, init);
    if (answer.status === 404) return null;
    // HEAD of a blob does not follow to the storage behind the registry: that there is an address is all that matters.
    if (answer.status >= 200 && answer.status < 400) return answer;
    throw refusal(answer, `${init.method ?? 'GET'} ${path}`, repository, credentials);
  };

  return {
    repository,
    async manifest(reference) {
      const answer = await read(`manifests/${reference}`, { headers: { accept: manifestTypes.join(', ') } });
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
