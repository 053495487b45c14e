import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { loadManifests } from '../data/manifests.ts';
import { lockOfLine } from '../data/wanted.ts';
import { textIfThere } from '../lib/files.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import { architectureOf, nativePlatform, type Platform } from '../lib/platform.ts';
import { ensureBuildx } from '../lib/programs.ts';
import type { Workspace } from '../lib/workspace.ts';
import { writeSbom } from '../supply/sbom.ts';
import { isExpression } from '../supply/sbom-component.ts';
import { bake, type ImageTarget, imageTarget } from './bake.ts';
import { type BuiltLine, buildLine } from './build-line.ts';
import { builtId } from './buildkit.ts';
import { lineBundle } from './bundle.ts';
import { buildEntrypoint } from './entrypoint-build.ts';
import { type ContextEntries, imageEntries, layOut } from './image-context.ts';
import { type BuildRecord, imageLabels, imageTag, revision } from './labels.ts';

export interface Assembly {
  readonly workspace: Workspace;
  readonly line: string;
  readonly platform: Platform;
  readonly aborted: AbortSignal;
  readonly report: (line: string) => void;
}

export interface AssembledImage {
  readonly tag: string;
  readonly id: string;
}

/**
 * Builds a line's modules, assembles the images of its variants of them, and puts these into the engine. Throws VP311
 * for a platform that the entrypoint cannot be built for here.
 */
export async function assembleLine(assembly: Assembly): Promise<AssembledImage[]> {
  const { line, platform } = assembly;
  if (platform !== nativePlatform()) {
    throw new PipelineError('VP311', `the entrypoint for ${platform} is made of the Node that runs here`, {
      where: `npm run image -- --line ${line} --platform ${platform}`,
      fix: `run it on a machine of ${platform}`,
    });
  }
  return await buildLine(assembly, (built) => bakeImages(assembly, built));
}

async function bakeImages(assembly: Assembly, built: BuiltLine): Promise<AssembledImage[]> {
  const { workspace, line, platform, aborted, report } = assembly;
  const images = await layOutImages(assembly, built);
  const log = join(workspace.dist, 'logs', `image-${line}-${architectureOf(platform)}.log`);
  await rm(log, { force: true });
  const targets = images.map(({ variant }) => imageTarget(variant));
  const repeat = (): string => `npm run image -- --line ${line} --platform ${platform}`;
  const buildx = await ensureBuildx(built.prepared.local, report);
  await bake({ ...built.baked, images }, targets, { buildx, log, repeat, aborted, report });
  return await Promise.all(images.map(async ({ tag }) => ({ tag, id: await builtId(tag) })));
}

async function layOutImages(
  { workspace, line: name, platform, report }: Assembly,
  { folder, read: { line }, prepared, base, built }: BuiltLine,
): Promise<ImageTarget[]> {
  const { path: entrypoint } = await buildEntrypoint(report);
  const sbom = await writeSbom(workspace, name, architectureOf(platform));
  const parts = {
    ...Object.assign({}, ...built.map((record) => partsOf(folder, record))),
    'share/sbom.cdx.json': { from: sbom },
  };
  const manifests = loadManifests(workspace.modules);
  const licences = [
    'BSD-3-Clause',
    ...manifests.filter((manifest) => manifest.name in line.modules).map(({ licence }) => licence),
    ...built.flatMap(linkedLicences),
  ];
  const common = {
    ...{ line: name, base, built, licences },
    created: Math.max(0, ...built.map(({ epoch }) => epoch), prepared.epoch ?? 0),
    lock: lockOfLine(workspace, line),
    revision: await revision(),
  };
  // COPY keeps the modes of folders, and they must not depend on who runs this.
  process.umask(0o022);
  const images: ImageTarget[] = [];
  for (const variant of Object.keys(line.variants)) {
    const bundle = lineBundle({ line, variant, valkey: base.valkey, built, packaged: prepared.packaged });
    const context = join(workspace.dist, 'bake', name, 'images', variant);
    await layOut(context, imageEntries(entrypoint, bundle, parts));
    images.push({ variant, context, tag: imageTag(name, variant), labels: imageLabels({ ...common, variant }) });
  }
  return images;
}

/** What the parts of a module declare; the others have only a text. */
function linkedLicences({ dependencies }: BuildRecord): string[] {
  return dependencies.flatMap(({ linked, licence = '' }) =>
    linked === true && isExpression(licence) ? [licence] : [],
  );
}

/** The files that an image holds of one module. `folder`: dist/artifacts/<line>/<arch>. */
function partsOf(folder: string, { module, file }: BuildRecord): ContextEntries {
  const at = (...path: string[]): string => join(folder, module, ...path);
  const cargoLock = textIfThere(at('Cargo.lock'));
  return {
    [`modules/${file}`]: { from: at(file) },
    [`licences/${module}`]: { from: at('licences') },
    [`share/build/${module}.json`]: { from: at('build.json') },
    ...(cargoLock !== null && { [`share/build/${module}.Cargo.lock`]: { text: cargoLock } }),
  };
}
