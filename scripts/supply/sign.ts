import { join } from 'node:path';
import { labels as imageLabels } from '../image/labels.ts';
import { writeJson, writeWhole } from '../lib/files.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import type { Registry } from '../lib/registry/registry.ts';
import { showRepository } from '../lib/registry/repository.ts';
import type { Workspace } from '../lib/workspace.ts';
import type { SignedThing } from './cosign.ts';
import { type ImageContent, propertyOf, readImages } from './image-content.ts';
import { type BuildRun, provenanceOf } from './provenance.ts';

/**
 * Takes what is to be attested of a digest out of its images: the list of components of each, and the provenance, which
 * is made from what they hold. Both are written to dist/sign. Throws VP624 for an image that contradicts itself or the
 * workflow, and what reading it throws.
 */
export async function prepareSigning(
  registry: Registry,
  { workspace, digest, run }: { readonly workspace: Workspace; readonly digest: string; readonly run: BuildRun },
): Promise<SignedThing> {
  const images = await readImages(registry, digest);
  for (const image of images) requireConsistent(image);
  const commits = commitsOf(images, run);
  const folder = join(workspace.dist, 'sign', digest.replace('sha256:', '').slice(0, 12));
  const provenance = join(folder, 'provenance.json');
  await writeJson(provenance, provenanceOf(images, run, commits));
  const signed = images.map(async ({ digest: of, architecture, sbom }) => {
    const path = join(folder, `sbom-${architecture}.cdx.json`);
    await writeWhole(path, sbom);
    return { digest: of, sbom: path };
  });
  return { repository: showRepository(registry.repository), digest, images: await Promise.all(signed), provenance };
}

/**
 * What was signed, in the form of `sha256sum`: digest and name of every index and every image under it. GitHub's own
 * attestation takes its subjects from it.
 */
export function subjectsOf(things: readonly Pick<SignedThing, 'repository' | 'digest' | 'images'>[]): string {
  const lines = things.flatMap(({ repository, digest, images }) =>
    [digest, ...images.map((image) => image.digest)].map((one) => `${one.replace('sha256:', '')}  ${repository}\n`),
  );
  return [...new Set(lines)].join('');
}

/**
 * The content of an image has to be about this image: its architecture, and the same file of each module in list and
 * record.
 */
function requireConsistent({ digest, architecture, document, builds }: ImageContent): void {
  const other = (what: string): PipelineError => new PipelineError('VP624', what, { where: digest });
  const listed = propertyOf(document.metadata.component, 'architecture');
  if (listed !== architecture) {
    throw other(`the image is for ${architecture}, its list of components for ${listed ?? 'nothing'}`);
  }
  for (const { module, sha256 } of builds) {
    const hash = document.components.find((entry) => entry['bom-ref'] === `module:${module}`)?.hashes[0]?.content;
    if (hash !== sha256)
      throw other(`the list of components and the record of its build have other files of ${module}`);
  }
}

/**
 * The commits of this project that the images of a digest were assembled from, by their own account: what is checked
 * out where somebody signs may be another one by now. `-dirty` behind one means that the files were others. Throws
 * VP624 for an image that a workflow did not assemble from the commit that it runs for: its provenance would say so.
 */
export function commitsOf(
  images: readonly Pick<ImageContent, 'digest' | 'labels'>[],
  { commit }: Pick<BuildRun, 'commit'>,
): string[] {
  const commits = images.flatMap(({ digest, labels }) => {
    const own = labels[imageLabels.revision];
    if (commit !== null && own?.replace(/-dirty$/, '') !== commit) {
      const what = `it was assembled from ${own ?? 'no known commit'}, the workflow runs for ${commit}`;
      throw new PipelineError('VP624', what, { where: digest });
    }
    return own === undefined ? [] : [own];
  });
  return [...new Set(commits)];
}
