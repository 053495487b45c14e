import * as z from 'zod';
import type { LockedBase } from '../data/lock.ts';
import type { WantedBase, WantedLine } from '../data/wanted.ts';
import { ensureTools } from '../lib/apt.ts';
import { digestOf } from '../lib/hash.ts';
import { runGroup } from '../lib/process-group.ts';
import { lastLine } from '../lib/text.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import { readImageIndex } from '../publish/manifest.ts';
import { isLoopback } from '../publish/repository.ts';
import { nearestTags } from './git.ts';
import { PassingFailure, type Remote, withRetries } from './remote.ts';

type ImageBase = Extract<WantedBase, { kind: 'image' }>;

/** What the tag of a base image means now. Throws VP203 for a tag that does not exist, VP208 for an index that lacks a platform. */
export async function resolveBaseImage(
  wanted: ImageBase,
  architectures: WantedLine['architectures'],
  remote: Remote,
): Promise<Extract<LockedBase, { kind: 'image' }>> {
  const { reference } = wanted;
  remote.report(`asking for the digest of ${reference}`);
  const manifest = await rawManifest(reference, remote).catch(async (error: unknown) => {
    throw error instanceof NoSuchImage ? await noSuchTag(wanted, remote) : error;
  });
  const lacking = architectures.filter((architecture) => !platformsOf(manifest, architectures).includes(architecture));
  if (lacking.length > 0) {
    const what = `the image is not made for ${lacking.map((architecture) => `linux/${architecture}`).join(', ')}`;
    throw new PipelineError('VP208', what, { where: reference });
  }
  return { kind: 'image', reference, digest: digestOf(manifest) };
}

/** A manifest that is no index has one platform, which it does not name: it does for a line with one. */
function platformsOf(manifest: Uint8Array, wanted: WantedLine['architectures']): readonly string[] {
  const entries = readImageIndex(manifest);
  if (entries === null) return wanted.slice(0, 1);
  return entries.flatMap(({ platform }) => (platform?.os === 'linux' ? [platform.architecture] : []));
}

async function noSuchTag({ image, tag, reference }: ImageBase, remote: Remote): Promise<PipelineError> {
  const known = await listTags(image, remote).catch(() => []);
  return new PipelineError('VP203', `the registry has no image with the tag ${tag}`, {
    where: reference,
    fix: `${nearestTags(tag, known)} in the release line`,
  });
}

/** What the registry says when it lacks what it was asked for. */
class NoSuchImage extends Error {
  override readonly name = 'NoSuchImage';
}

/** The manifest of an image, byte for byte. Throws NoSuchImage, VP207, VP206. Nobody logs in: what a line is based on is public. */
async function rawManifest(reference: string, remote: Remote): Promise<Uint8Array> {
  return await skopeo(reference, ['inspect', '--raw'], remote);
}

const tagList = z.object({ Tags: z.array(z.string()) });

/** All tags of a repository (`registry/name`). Throws as rawManifest. */
export async function listTags(repository: string, remote: Remote): Promise<string[]> {
  const answer = await skopeo(repository, ['list-tags'], remote);
  return tagList.parse(JSON.parse(Buffer.from(answer).toString('utf8'))).Tags;
}

async function skopeo(reference: string, command: readonly string[], remote: Remote): Promise<Uint8Array> {
  await ensureTools({ skopeo: 'skopeo' }, remote.report);
  const perAttempt = `${Math.max(1, remote.patience.lowSpeedTime)}s`;
  // A registry of the machine's own speaks plain HTTP.
  const tls = isLoopback(reference.split('/', 1)[0] ?? '') ? ['--tls-verify=false'] : [];
  const args = [`--command-timeout=${perAttempt}`, ...command, '--no-creds', ...tls, `docker://${reference}`];
  return await withRetries(reference, remote, async (signal) => {
    const ran = await runGroup('skopeo', args, {}, signal);
    if (ran.isDone) return ran.bytes;
    throw failureOf(reference, ran.said);
  });
}

function failureOf(reference: string, output: string): Error {
  const said = messageOf(output);
  if (/manifest unknown|name unknown|not known to registry|status: 404|404 \(Not Found\)/i.test(said))
    return new NoSuchImage(said);
  if (/unauthorized|authentication required|denied|403 \(Forbidden\)/i.test(said))
    return new PipelineError('VP207', said, { where: reference });
  return new PassingFailure(said);
}

/** skopeo says `time="..." level=fatal msg="..."`. */
function messageOf(output: string): string {
  const last = lastLine(output);
  const [, message] = /msg="((?:[^"\\]|\\.)*)"/.exec(last) ?? [];
  return message?.replaceAll(/\\(.)/g, '$1') ?? last;
}
