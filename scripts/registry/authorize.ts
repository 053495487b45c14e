import * as z from 'zod';
import { PipelineError } from '../problems/pipeline-error.ts';
import type { Challenge } from './challenge.ts';
import type { Credentials } from './credentials.ts';
import { isLoopback, type Repository } from './repository.ts';
import type { Ask } from './request.ts';

const tokenAnswer = z.looseObject({ token: z.string().optional(), access_token: z.string().optional() });

/**
 * The Authorization header that answers a challenge: user and password for Basic; for Bearer a token for this repository, as
 * https://distribution.github.io/distribution/spec/auth/token/ says. Null if nothing can be given. Throws VP502 if the token is refused.
 */
export async function authorize(
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
