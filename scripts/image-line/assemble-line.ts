import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { placeGraph } from '../build/place-graph.ts';
import { type PreparedBase, prepareBase } from '../build/prepare-base.ts';
import { type ReadBuild, readBuild } from '../build/read-build.ts';
import { runBake } from '../build/run-bake.ts';
import { loadManifests } from '../data/manifests.ts';
import { lockOfLine } from '../data/wanted.ts';
import { type ImageTarget, imageContext, imageTargetOf } from '../graph/bake.ts';
import { buildGraph, imageFolder } from '../graph/graph.ts';
import { imageId } from '../lib/engine.ts';
import { buildEntrypoint } from '../lib/entrypoint-build.ts';
import { sha256OfFile } from '../lib/hash.ts';
import { paths } from '../lib/image-paths.ts';
import { revision } from '../lib/image-revision.ts';
import { writeJson } from '../lib/json.ts';
import { architectureOf, nativePlatform, type Platform } from '../pipeline/platform.ts';
import { type ImageRecord, imageRecord } from '../pipeline/records.ts';
import type { Workspace } from '../pipeline/workspace.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import { writeSbom } from '../sbom/write-sbom.ts';
import { ensureBuildx } from '../tools/buildx.ts';
import { imageLabels } from './image-labels.ts';
import { inputsHash } from './inputs-hash.ts';
import { layOutImage } from './lay-out-image.ts';
import { lineBundle } from './line-bundle.ts';
import { bakeMetadata, loadedId } from './loaded-id.ts';
import { type LineArtifacts, readArtifacts } from './read-artifacts.ts';

export interface Assembly {
  readonly workspace: Workspace;
  readonly line: string;
  readonly platform: Platform;
  readonly aborted: AbortSignal;
  readonly report: (line: string) => void;
}

/**
 * Assembles the images of a line's variants out of what `npm run build` left, puts them into the engine, and writes images.json. That of an
 * earlier run is gone before anything else is written: no failure leaves a record of images that are not of what lies here now. Throws VP308
 * where a module is missing or of other inputs, VP311 for a platform that the entrypoint cannot be built for here.
 */
export async function assembleLine(assembly: Assembly): Promise<ImageRecord> {
  const { workspace, line: name, platform, aborted, report } = assembly;
  if (platform !== nativePlatform()) {
    throw new PipelineError('VP311', `the entrypoint for ${platform} is made of the Node that runs here`, {
      where: `npm run image -- --line ${name} --platform ${platform}`,
      fix: `run it on a machine of ${platform}`,
    });
  }
  const read = readBuild(workspace, name);
  const lock = lockOfLine(workspace, read.line);
  const base = await prepareBase(read, platform, report);
  const artifacts = await readArtifacts(workspace, read.plan, platform, base);
  await rm(join(artifacts.folder, 'images.json'), { force: true });
  const inputs = await inputsHash(workspace, name);
  const images = await layOutImages(assembly, read, { base, artifacts, inputs, lock });

  const imageDockerfile = await readFile(join(paths.docker, 'image.Dockerfile'), 'utf8');
  const folder = imageFolder(name);
  const plan = { ...read.plan, modules: [] };
  const graph = buildGraph({ plan, platforms: [platform], base, sources: {}, imageDockerfile, images, folder });
  await placeGraph(workspace.dist, graph);
  const log = join(workspace.dist, 'logs', `image-${name}-${architectureOf(platform)}.log`);
  const metadata = join(workspace.dist, folder, `metadata-${architectureOf(platform)}.json`);
  for (const path of [log, metadata]) await rm(path, { force: true });
  await runBake({
    buildx: await ensureBuildx(base.local, report),
    folder: workspace.dist,
    files: [`${folder}/bake.json`],
    targets: images.map((image) => imageTargetOf(image.variant, platform)),
    log,
    metadata,
    repeat: () => `npm run image -- --line ${name} --platform ${platform}`,
    aborted,
    report,
  });
  const variants = await idsOf(images, metadata);
  const record = imageRecord.parse({ line: name, platform, inputs, lock, variants });
  await writeJson(join(artifacts.folder, 'images.json'), record);
  return record;
}

interface ImageParts {
  readonly base: PreparedBase;
  readonly artifacts: LineArtifacts;
  /** inputsHash. */
  readonly inputs: string;
  readonly lock: string;
}

async function layOutImages(
  { workspace, platform, report }: Assembly,
  { line, plan }: ReadBuild,
  { base, artifacts, inputs, lock }: ImageParts,
): Promise<ImageTarget[]> {
  const { folder, base: record, built } = artifacts;
  const { path: entrypoint } = await buildEntrypoint(report);
  const sbom = await writeSbom(workspace, plan.line, architectureOf(platform));
  const sbomHash = await sha256OfFile(sbom);
  const manifests = loadManifests(workspace.modules);
  const licences = [
    'BSD-3-Clause',
    ...manifests.filter(({ name }) => name in line.modules).map(({ licence }) => licence),
  ];
  const epochs = built.map(({ environment }) => Number(environment['SOURCE_DATE_EPOCH']));
  const epoch = Math.max(0, ...epochs, base.epoch ?? 0);
  const commit = await revision();
  const time = new Date();
  const images: ImageTarget[] = [];
  for (const variant of Object.keys(line.variants)) {
    const { valkey } = record;
    const bundle = lineBundle({ line, variant, valkey, built, packaged: base.packaged });
    const context = join(workspace.dist, imageContext(imageFolder(plan.line), variant, platform));
    await layOutImage(context, { artifacts: folder, built, bundle, sbom, entrypoint, time });
    const about = { line: plan.line, variant, valkey, base: record, built, licences, created: epoch };
    const labels = imageLabels({ ...about, inputs, lock, sbom: sbomHash, revision: commit });
    images.push({ variant, platform, tag: imageTag(plan.line, variant), labels });
  }
  return images;
}

/** The name of a variant's image in the engine of this machine. */
function imageTag(line: string, variant: string): string {
  return `valkey-bundle-line:${line}${variant === 'default' ? '' : `-${variant}`}`;
}

async function idsOf(images: readonly ImageTarget[], metadata: string): Promise<ImageRecord['variants']> {
  const results = bakeMetadata(await readFile(metadata, 'utf8'));
  const variants = images.map(async ({ variant, platform, tag }) => {
    const id = await loadedId(results(imageTargetOf(variant, platform)), tag, imageId);
    return [variant, { reference: tag, id }] as const;
  });
  return Object.fromEntries(await Promise.all(variants));
}
