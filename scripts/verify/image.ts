import process from 'node:process';
import type Docker from 'dockerode';
import * as z from 'zod';
import { engineStatus } from '../lib/engine.ts';
import { parseJson } from '../lib/files.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import { architectureOf, type Platform } from '../lib/platform.ts';
import { dockerFolder, readCredentials } from '../lib/registry/credentials.ts';

interface Wanted {
  readonly reference: Reference;
  readonly platform: Platform;
  readonly aborted: AbortSignal;
  readonly report: (line: string) => void;
}

/**
 * The image in the engine, pulled where it is a digest. Throws VP401 to VP403 if it cannot be had, VP405 if it is for
 * another platform, VP409 if the engine has something else under the digest.
 */
export async function obtainImage(docker: Docker, wanted: Wanted): Promise<Docker.ImageInspectInfo> {
  const { reference, platform, report } = wanted;
  if (reference.kind === 'digest') {
    report(`pulling ${reference.text} for ${platform}`);
    await pull(docker, reference, wanted);
  }
  const image = await inspect(docker, reference);
  if (reference.kind === 'digest' && !image.RepoDigests.includes(reference.text)) {
    const has = image.RepoDigests.join(', ') || 'none';
    throw new PipelineError('VP409', `its digests are ${has}`, { where: reference.text });
  }
  if (`${image.Os}/${image.Architecture}` !== platform) {
    const what = `wanted ${platform}, got ${image.Os}/${image.Architecture}`;
    const fix = `--platform linux/${image.Architecture}, where this machine can run that`;
    throw new PipelineError('VP405', what, { where: reference.text, fix });
  }
  return image;
}

async function inspect(docker: Docker, reference: Reference): Promise<Docker.ImageInspectInfo> {
  try {
    return await docker.getImage(reference.text).inspect();
  } catch (cause) {
    if (engineStatus(cause) !== 404) throw cause;
    throw new PipelineError('VP401', 'there is no such image', { where: reference.text, cause });
  }
}

/** With the credentials that `docker login` keeps, as docker itself would. */
async function pull(docker: Docker, reference: DigestReference, { platform, aborted }: Wanted): Promise<void> {
  const registry = reference.repository.split('/')[0] ?? '';
  const login = await readCredentials(registry, dockerFolder(process.env));
  const authconfig = login && { ...login, serveraddress: registry };
  try {
    const pulled = await docker.pull(reference.text, { platform, abortSignal: aborted, ...(login && { authconfig }) });
    let said = '';
    for await (const chunk of pulled) said += chunk;
    // A failure on the way comes as the last line of an answer that began well.
    const last = parseJson(said.trim().split('\n').at(-1) ?? '', z.looseObject({ error: z.string() }));
    if (last.ok) throw new Error(last.value.error);
  } catch (cause) {
    aborted.throwIfAborted();
    const details = cause instanceof Error ? cause.message : String(cause);
    const about = { where: reference.text, details, cause };
    if (/manifest unknown|not found|no match(ing manifest)? for/i.test(details) && !/no such host/i.test(details))
      throw new PipelineError('VP402', `the registry has nothing under it for ${architectureOf(platform)}`, about);
    throw new PipelineError('VP403', 'the engine could not pull it', about);
  }
}

/** The image to verify: a digest in a registry, or an image that this machine's engine has. */
export type Reference = DigestReference | { readonly kind: 'local'; readonly text: string };

interface DigestReference {
  readonly kind: 'digest';
  readonly text: string;
  readonly repository: string;
  readonly digest: string;
}

/** Throws VP408 for what is neither. */
export function readReference(text: string): Reference {
  const at = text.indexOf('@');
  if (at === -1) {
    if (/^[a-zA-Z0-9][a-zA-Z0-9._:/-]*$/.test(text)) return { kind: 'local', text };
    throw new PipelineError('VP408', `not an image name, got ${JSON.stringify(text)}`);
  }
  const [repository, digest] = [text.slice(0, at), text.slice(at + 1)];
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) {
    throw new PipelineError('VP408', `not a digest, got ${JSON.stringify(digest)}`, { where: text });
  }
  if (!/^[a-z0-9.:[\]-]+(\/[a-z0-9._-]+)+$/.test(repository)) {
    throw new PipelineError(
      'VP408',
      `no registry/repository stands before the digest, got ${JSON.stringify(repository)}`,
    );
  }
  return { kind: 'digest', text, repository, digest };
}

interface NamedImage {
  readonly Id: string;
  /** Not every engine gives an empty list for an image without a name. */
  readonly RepoTags?: readonly string[] | null;
}

/** The image's name in a report: as it was asked for; an id is followed by the names that the engine has for it. */
export function shownReference({ text }: Reference, { Id, RepoTags }: NamedImage): string {
  return text === Id && RepoTags?.length ? `${text} (${RepoTags.join(', ')})` : text;
}
