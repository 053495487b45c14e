import type Docker from 'dockerode';
import * as z from 'zod';
import type { Platform } from '../pipeline/platform.ts';
import type { VerifyReport } from '../pipeline/records.ts';
import type { Workspace } from '../pipeline/workspace.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import { type Containers, openContainers } from './containers.ts';
import { readExpected } from './expected.ts';
import { checkStructure } from './groups/structure.ts';
import { groupsFor } from './groups.ts';
import { layout } from './layout.ts';
import { obtainImage } from './obtain-image.ts';
import { openRecorder } from './recorder.ts';
import type { Reference } from './reference.ts';
import { requireRunnable } from './require-runnable.ts';
import { runGroups } from './run-groups.ts';
import { shownReference } from './shown-reference.ts';
import { type ImageFacts, readFacts } from './structure/facts.ts';

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
 * Runs an image in containers of its own and tells what is right and wrong with it. Throws for what is no image to verify (VP40x);
 * a check that fails is in the report. Everything that it made is removed, in every case.
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
  try {
    return z.looseObject({ line: z.string() }).parse(JSON.parse(bundle ?? '')).line;
  } catch (cause) {
    throw new PipelineError('VP404', `${layout.bundle} does not say what line it is`, { where, cause });
  }
}
