import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { type Architecture, architectureOf, platforms } from '../pipeline/platform.ts';
import { releasePath, type Workspace } from '../pipeline/workspace.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import { writeWhole } from '../publish/release-files.ts';
import type { Registry } from '../registry/open-registry.ts';
import { showRepository } from '../registry/repository.ts';
import { readSbomInputs } from '../sbom/read-inputs.ts';
import { sbomPath } from '../sbom/write-sbom.ts';
import type { SignedThing } from './cosign-commands.ts';
import { imagesOf } from './images-of.ts';
import { type BuildRun, provenanceOf } from './provenance.ts';

interface Wish {
  readonly workspace: Workspace;
  readonly line: string;
  readonly digest: string;
  readonly run: BuildRun;
  /** Writes the provenance; without it, only says where it would stand. */
  readonly write: boolean;
}

/**
 * Finds what is to be attested of a digest: the list of components of each of its images, and the provenance, which is written here.
 * Throws VP623 for a list that is missing, and what reading the registry and the records throws.
 */
export async function prepareSigning(
  registry: Registry,
  { workspace, line, digest, run, write }: Wish,
): Promise<SignedThing> {
  const images = await imagesOf(registry, digest);
  const architectures = images.map(({ architecture }) => readArchitecture(architecture));
  const provenance = join(
    releasePath(workspace, line),
    `provenance-${digest.replace('sha256:', '').slice(0, 12)}.json`,
  );
  const signed = await Promise.all(
    images.map(async (image, index) => ({
      digest: image.digest,
      sbom: await existing(sbomPath(workspace, line, architectures[index] ?? 'amd64')),
    })),
  );
  if (write) {
    const builds = await Promise.all(
      architectures.map((architecture) => readSbomInputs(workspace, line, architecture)),
    );
    await writeWhole(provenance, provenanceOf(builds, run));
  }
  return { repository: showRepository(registry.repository), digest, images: signed, provenance };
}

function readArchitecture(text: string): Architecture {
  const found = platforms.map(architectureOf).find((architecture) => architecture === text);
  if (found !== undefined) return found;
  throw new PipelineError('VP620', `an image for ${text} is none of this project`);
}

async function existing(path: string): Promise<string> {
  try {
    await access(path);
    return path;
  } catch (cause) {
    throw new PipelineError('VP623', 'there is no such file', { where: path, cause });
  }
}
