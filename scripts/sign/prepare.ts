import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { labels as imageLabels } from '../image/labels.ts';
import { sbomLabel } from '../image-line/image-labels.ts';
import { sha256 } from '../lib/hash.ts';
import { writeJson } from '../lib/json.ts';
import { type Architecture, architectureOf, platforms } from '../pipeline/platform.ts';
import { releasePath, type Workspace } from '../pipeline/workspace.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import type { Registry } from '../publish/registry.ts';
import { showRepository } from '../publish/repository.ts';
import type { SbomInputs } from '../sbom/inputs.ts';
import { readSbomInputs } from '../sbom/read-inputs.ts';
import { sbomPath, sbomText } from '../sbom/write-sbom.ts';
import type { SignedThing } from './cosign.ts';
import { imagesOf, type PlatformImage } from './images-of.ts';
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
 * Throws VP623 for a list that is missing, VP624 where list or records are of another build than the image, and what reading the registry
 * and the records throws.
 */
export async function prepareSigning(
  registry: Registry,
  { workspace, line, digest, run, write }: Wish,
): Promise<SignedThing> {
  const images = await imagesOf(registry, digest);
  const commits = commitsOf(images, run);
  const parts = await Promise.all(images.map((image) => partsOf(image, workspace, line)));
  const provenance = join(
    releasePath(workspace, line),
    `provenance-${digest.replace('sha256:', '').slice(0, 12)}.json`,
  );
  if (write) {
    const builds = parts.map(({ records }) => records);
    await writeJson(provenance, provenanceOf(builds, run, commits));
  }
  const signed = parts.map(({ digest: of, sbom }) => ({ digest: of, sbom }));
  return { repository: showRepository(registry.repository), digest, images: signed, provenance };
}

interface ImageParts {
  readonly digest: string;
  /** The file with its list of components. */
  readonly sbom: string;
  readonly records: SbomInputs;
}

/**
 * What lies in dist for an image, which has to be what the image was made with: since then dist may have got another build. The label with
 * the hash of the list tells; and the records, of which the provenance is made, have to give that same list.
 */
async function partsOf(
  { digest, architecture, labels }: PlatformImage,
  workspace: Workspace,
  line: string,
): Promise<ImageParts> {
  const known = readArchitecture(architecture);
  const sbom = sbomPath(workspace, line, known);
  const there = sha256(await textOf(sbom));
  const other = (what: string): PipelineError => new PipelineError('VP624', what, { where: digest });
  const wanted = labels[sbomLabel];
  if (wanted === undefined) throw other(`the image has no label ${sbomLabel}`);
  if (there !== wanted) throw other(`the sha256 of its list of components is ${wanted}, that of ${sbom} is ${there}`);
  const records = await readSbomInputs(workspace, line, known);
  if (sha256(sbomText(records)) !== wanted) {
    throw other(
      `the records beside ${sbom} give another list: they are of another build, or read with another Node or lock`,
    );
  }
  return { digest, sbom, records };
}

function readArchitecture(text: string): Architecture {
  const found = platforms.map(architectureOf).find((architecture) => architecture === text);
  if (found !== undefined) return found;
  throw new PipelineError('VP620', `an image for ${text} is none of this project`);
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new PipelineError('VP623', 'there is no such file', { where: path, cause });
  }
}

/**
 * The commits of this project that the images of a digest were assembled from, by their own account: what is checked out where somebody
 * signs may be another one by now. `-dirty` behind one means that the files were others. Throws VP624 for an image that a workflow did not
 * assemble from the commit that it runs for: its provenance would say so.
 */
export function commitsOf(images: readonly PlatformImage[], { commit }: Pick<BuildRun, 'commit'>): string[] {
  const commits = images.flatMap(({ digest, labels }) => {
    const own = labels[imageLabels.revision];
    if (commit !== null && own?.replace(/-dirty$/, '') !== commit) {
      throw new PipelineError(
        'VP624',
        `it was assembled from ${own ?? 'no known commit'}, the workflow runs for ${commit}`,
        {
          where: digest,
        },
      );
    }
    return own === undefined ? [] : [own];
  });
  return [...new Set(commits)];
}
