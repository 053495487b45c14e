import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { digest } from '../data/lock.ts';
import { isMissing, parseJson, writeJson } from '../lib/files.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import { architectureOf, type Platform, platforms } from '../lib/platform.ts';
import { releasePath, type Workspace } from '../lib/workspace.ts';
import { type VerifyReport, verifyReport } from '../verify/report.ts';

/** release.json of one platform, in <line>/<architecture>: the images that were pushed for it, each by its digest. */
const stagedRelease = z.strictObject({
  line: z.string(),
  platform: z.enum(platforms),
  /** registry/repository, without tag or digest. */
  repository: z.string(),
  variants: z.record(z.string(), digest),
});

/** release.json of a line: what its tags lead to. */
const publishedRelease = z.strictObject({
  line: z.string(),
  repository: z.string(),
  variants: z.record(
    z.string(),
    z.strictObject({
      /** That of the index: what is attested and signed. */
      digest,
      /** Those of the images in it, by platform. */
      images: z.record(z.string(), digest),
      tags: z.array(z.string()),
    }),
  ),
});

export type StagedRelease = z.infer<typeof stagedRelease>;
export type PublishedRelease = z.infer<typeof publishedRelease>;

/** An image of a line in a registry, by its digest. */
export interface StagedImage {
  readonly line: string;
  readonly variant: string;
  readonly platform: Platform;
  readonly digest: string;
  /** registry/repository@digest. */
  readonly reference: string;
}

/**
 * One file a platform: each may be staged on a machine of its own, whose files are then brought together in one folder.
 */
export function writeStaged(workspace: Workspace, release: StagedRelease): Promise<void> {
  return writeJson(stagedPath(workspace, release.line, release.platform), release);
}

/** The record of staging for a platform; null if there is none. Throws VP521 for a file that staging did not write. */
export function readStaged(workspace: Workspace, line: string, platform: Platform): Promise<StagedRelease | null> {
  return readRecord(stagedPath(workspace, line, platform), stagedRelease);
}

/** Every image that was staged for a platform. Throws VP520 if it is none: a step that looks at no image would pass. */
export async function stagedImages(workspace: Workspace, line: string, platform: Platform): Promise<StagedImage[]> {
  const release = await readStaged(workspace, line, platform);
  if (release !== null) return imagesOf(release);
  throw notStaged(line, platform, 'nothing is staged');
}

/** VP520, with the command that stages. */
export function notStaged(line: string, platform: Platform, what: string): PipelineError {
  return new PipelineError('VP520', `${what} for ${platform}`, {
    where: `line ${line}`,
    fix: `npm run publish -- --stage --line ${line} --platform ${platform}, on a machine that has built it`,
  });
}

/** The images that a record of staging names, in its order. */
export function imagesOf({ line, platform, repository, variants }: StagedRelease): StagedImage[] {
  return Object.entries(variants).map(([variant, digest]) => ({
    ...{ line, variant, platform, digest },
    reference: `${repository}@${digest}`,
  }));
}

/** One image in a message: `default linux/amd64 ghcr.io/kailas-cloud/valkey-bundle@sha256:...`. */
export function showImage({ variant, platform, reference }: Omit<StagedImage, 'line' | 'digest'>): string {
  return `${variant} ${platform} ${reference}`;
}

export function writePublished(workspace: Workspace, release: PublishedRelease): Promise<void> {
  return writeJson(publishedPath(workspace, release.line), release);
}

/**
 * The record of publishing a line; null if there is none. Throws VP521 for a file that `npm run publish` did not write.
 */
export function readPublished(workspace: Workspace, line: string): Promise<PublishedRelease | null> {
  return readRecord(publishedPath(workspace, line), publishedRelease);
}

/**
 * Takes the record away where the tags are about to lead elsewhere: nobody is to sign the digests of the release
 * before.
 */
export function removePublished(workspace: Workspace, line: string): Promise<void> {
  return rm(publishedPath(workspace, line), { force: true });
}

/** Every report that `npm run verify` wrote for the line: report*.json, there or in a folder of it. */
export async function readReports(workspace: Workspace, line: string): Promise<VerifyReport[]> {
  const folder = releasePath(workspace, line);
  const names = (await filesIn(folder)).filter((name) => /(^|\/)report[^/]*\.json$/.test(name)).sort();
  const reports = await Promise.all(names.map((name) => readRecord(join(folder, name), verifyReport)));
  return reports.filter((report) => report !== null);
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder, { recursive: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

const fileName = 'release.json';

function stagedPath(workspace: Workspace, line: string, platform: Platform): string {
  return join(releasePath(workspace, line), architectureOf(platform), fileName);
}

function publishedPath(workspace: Workspace, line: string): string {
  return join(releasePath(workspace, line), fileName);
}

/**
 * A record that an earlier step wrote; null if there is no such file. Throws VP521 if it is not what that step writes.
 */
async function readRecord<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema> | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (isMissing(cause)) return null;
    throw new PipelineError('VP521', 'the file cannot be read', { where: path, cause });
  }
  const read = parseJson(text, schema);
  if (read.ok) return read.value;
  const { what, cause } = read;
  throw read.problem === 'syntax'
    ? new PipelineError('VP521', `this is not JSON: ${what}`, { where: path, cause })
    : new PipelineError('VP521', 'the record has another form', { where: path, details: what });
}
