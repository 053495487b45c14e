import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { dockerClient } from '../lib/engine.ts';
import { currentOwner, ownerLabel } from '../lib/owner.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import { layout } from '../verify/subject.ts';

/**
 * The list of components that an image carries. Nothing of the image runs, so it may be one for another machine. Throws VP605 where there is
 * none, VP401 for an image that the engine does not have and cannot get.
 */
export async function readImageSbom(reference: string, aborted: AbortSignal): Promise<string> {
  const client = dockerClient();
  const docker = (args: readonly string[], cancelSignal?: AbortSignal) =>
    execa(client, args, { reject: false, stdin: 'ignore', ...(cancelSignal && { cancelSignal }) });
  const created = await docker(
    ['create', '--label', `${ownerLabel}=${currentOwner()}`, '--network', 'none', reference, 'none'],
    aborted,
  );
  aborted.throwIfAborted();
  if (created.exitCode !== 0) {
    throw new PipelineError('VP401', 'the engine cannot make a container of it', {
      where: reference,
      details: created.stderr,
    });
  }
  const container = created.stdout.trim();
  const folder = await mkdtemp(join(tmpdir(), 'valkey-bundle-sbom-'));
  try {
    const file = join(folder, 'sbom.cdx.json');
    const copied = await docker(['cp', `${container}:${layout.sbom}`, file], aborted);
    aborted.throwIfAborted();
    if (copied.exitCode !== 0) throw new PipelineError('VP605', `no ${layout.sbom}`, { where: reference });
    return await readFile(file, 'utf8');
  } finally {
    await docker(['rm', '--force', '--volumes', container]);
    await rm(folder, { recursive: true, force: true });
  }
}
