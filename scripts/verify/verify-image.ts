import type Docker from 'dockerode';
import * as z from 'zod';
import { readLock } from '../data/lock.ts';
import { loadManifests } from '../data/manifests.ts';
import { loadLine } from '../data/release-line.ts';
import { atOnce } from '../lib/at-once.ts';
import { parseJson } from '../lib/files.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import type { Platform } from '../lib/platform.ts';
import type { Workspace } from '../lib/workspace.ts';
import { imageDefaults, moduleArguments } from './arguments.ts';
import { knn } from './coordinator.ts';
import { type ImageFacts, readFacts } from './facts.ts';
import { health, modules, signals, users } from './groups.ts';
import { obtainImage, type Reference, shownReference } from './image.ts';
import { type Containers, type Group, type Lab, openContainers } from './lab.ts';
import { openRecorder, type VerifyReport } from './report.ts';
import { checkStructure } from './structure.ts';
import { type Expected, type ImageInfo, layout } from './subject.ts';

export interface VerifyWish {
  readonly reference: Reference;
  /** By default the line that the image says it belongs to. */
  readonly line: string | null;
  readonly variant: string;
  readonly platform: Platform;
  readonly workspace: Workspace;
  readonly aborted: AbortSignal;
  readonly report: (line: string) => void;
}

/** How many containers are tried at a time: each costs its start, most of which is waiting. */
const limit = 4;

/**
 * Runs an image in containers of its own and tells what is right and wrong with it. Throws where there is no image to
 * verify (VP40x); a check that fails is in the report. Everything that it made is removed, in every case.
 */
export async function verifyImage(docker: Docker, wish: VerifyWish): Promise<VerifyReport> {
  const { reference, variant, platform, workspace, aborted, report } = wish;
  const image = await obtainImage(docker, { reference, platform, aborted, report });
  const containers = openContainers(docker, image.Id, aborted);
  try {
    await requireRunnable(docker, containers, image, reference.text);
    const recorder = openRecorder(aborted);
    const facts = await look(containers, reference.text);
    const expected = readExpected(workspace, wish.line ?? lineOf(facts, reference.text), variant, platform);
    const shown = shownReference(reference, image);
    report(`verifying ${shown} as ${expected.line.line}, variant ${variant}, ${platform}`);
    const subject = await checkStructure(recorder, facts, { expected, image });
    await runGroups(groupsFor(expected), { subject, containers, recorder }, limit, aborted);
    return {
      reference: shown,
      digest: reference.kind === 'digest' ? reference.digest : null,
      line: expected.line.line,
      variant,
      platform,
      checks: [...recorder.results].sort((a, b) => a.name.localeCompare(b.name, 'en')),
    };
  } finally {
    await containers.removeAll();
  }
}

/** An image in which not even `sleep` starts is none of ours; neither is one without bundle.json. */
async function look(containers: Containers, where: string): Promise<ImageFacts> {
  const facts = await readFacts(containers).catch((cause: unknown) => {
    const details = cause instanceof Error ? cause.message : String(cause);
    throw new PipelineError('VP404', 'nothing in it can be looked at', { where, details, cause });
  });
  if (facts.bundle === null) throw new PipelineError('VP404', `no ${layout.bundle}`, { where });
  return facts;
}

function lineOf({ bundle }: ImageFacts, where: string): string {
  const read = parseJson(bundle ?? '', z.looseObject({ line: z.string() }));
  if (read.ok) return read.value.line;
  throw new PipelineError('VP404', `${layout.bundle} does not say what line it is`, { where, cause: read.cause });
}

/** Reads what the project's data say of one image of a line. Throws VP407 for an unknown variant. */
export function readExpected(workspace: Workspace, lineName: string, variant: string, platform: Platform): Expected {
  const line = loadLine(workspace, lineName);
  if (line.variants[variant] === undefined) {
    const known = Object.keys(line.variants).join(', ');
    throw new PipelineError('VP407', `no variant ${variant}; there is ${known}`, { where: `line ${lineName}` });
  }
  const manifests = loadManifests(workspace.modules).filter(({ name }) => name in line.modules);
  return { line, locked: readLock(workspace).lines[lineName] ?? null, variant, manifests, platform };
}

/** All groups that need a server, the longest first: they run beside each other. */
function groupsFor(expected: Expected): Group[] {
  return [knn, modules, signals, moduleArguments, ...imageDefaults(expected), health, ...users];
}

/** Throws VP406 for an image of another processor that the engine cannot emulate. */
async function requireRunnable(docker: Docker, containers: Containers, image: ImageInfo, where: string): Promise<void> {
  const { Arch } = await docker.version();
  if (Arch === image.Architecture) return;
  const container = await containers.create({ entrypoint: ['true'], command: [] });
  try {
    await container.start();
    const end: unknown = await container.wait();
    if (typeof end === 'object' && end !== null && 'StatusCode' in end && end.StatusCode === 0) return;
    throw new Error('it did not start');
  } catch (cause) {
    throw new PipelineError('VP406', `the image is for ${image.Architecture}, the engine runs on ${Arch}`, {
      where,
      cause,
    });
  } finally {
    await containers.remove(container);
  }
}

/** Runs groups of checks in their order, at most `limit` at a time. Rejects once the verb is aborted. */
export async function runGroups(
  groups: readonly Group[],
  lab: Lab,
  limit: number,
  aborted: AbortSignal,
): Promise<void> {
  const interrupted = new Promise<never>((_, reject) => {
    const abort = () => reject(aborted.reason);
    if (aborted.aborted) abort();
    else aborted.addEventListener('abort', abort, { once: true });
  });
  await Promise.race([atOnce(limit, groups, aborted, (group) => group(lab)), interrupted]);
}
