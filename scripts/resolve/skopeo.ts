import * as z from 'zod';
import { lastLine } from '../fetch/last-line.ts';
import { PassingFailure, type Remote, withRetries } from '../fetch/patience.ts';
import { runGroup } from '../fetch/process-group.ts';
import { ensureTools } from '../lib/apt-tools.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import { isLoopback } from '../publish/repository.ts';

/** What the registry says when it lacks what it was asked for. */
export class NoSuchImage extends Error {
  override readonly name = 'NoSuchImage';
}

/** The manifest of an image, byte for byte. Throws NoSuchImage, VP207, VP206. Nobody logs in: what a line is based on is public. */
export async function rawManifest(reference: string, remote: Remote): Promise<Uint8Array> {
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
