import process from 'node:process';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import * as z from 'zod';
import { imageFiles } from '../image/labels.ts';
import { digestOf, parseJson } from '../lib/files.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import { dockerFolder, readCredentials } from '../lib/registry/credentials.ts';
import { indexType, readImageConfig, readImageIndex, readImageManifest } from '../lib/registry/manifest.ts';
import { openRegistry, type Registry } from '../lib/registry/registry.ts';
import { readRepository, showRepository } from '../lib/registry/repository.ts';

const property = z.looseObject({ name: z.string(), value: z.string() });
const component = z.looseObject({
  'bom-ref': z.string(),
  name: z.string(),
  version: z.string().optional(),
  purl: z.string().optional(),
  hashes: z.array(z.looseObject({ alg: z.string(), content: z.string() })).default([]),
  properties: z.array(property).default([]),
  externalReferences: z.array(z.looseObject({ url: z.string(), type: z.string() })).default([]),
});

/** The list of components, as far as it is read here. */
export const sbomDocument = z.looseObject({ metadata: z.looseObject({ component }), components: z.array(component) });

/**
 * build/<module>.json, as far as it is read here. The rest of it says how the module was built, and is handed on as it
 * is.
 */
const buildRecord = z.looseObject({
  module: z.string(),
  origin: z.string(),
  tag: z.string(),
  commit: z.string().nullable(),
  dependencies: z.array(
    z.looseObject({ name: z.string(), origin: z.string(), version: z.string(), pinned: z.boolean() }),
  ),
  file: z.string(),
  sha256: z.string(),
});

export type SbomComponent = z.infer<typeof component>;
export type ImageBuildRecord = z.infer<typeof buildRecord>;

/** One image as a registry holds it, and what stands inside it. */
export interface ImageContent {
  readonly digest: string;
  readonly architecture: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The list of components: the very text that is in the image. */
  readonly sbom: string;
  readonly document: z.infer<typeof sbomDocument>;
  /** One a module that was built from source. */
  readonly builds: readonly ImageBuildRecord[];
}

/**
 * The registry of `registry/repository`, or of the project's own where none is named, with the credentials of `docker
 * login`.
 */
export async function registryFor(
  setting: string | undefined,
  aborted: AbortSignal,
): Promise<{ readonly registry: Registry; readonly repository: string }> {
  const repository = readRepository({ setting });
  const credentials = await readCredentials(repository.registry, dockerFolder(process.env));
  // A layer may have a hundred megabytes.
  const registry = openRegistry(repository, credentials, { aborted, timeoutMs: 300_000 });
  return { registry, repository: showRepository(repository) };
}

/**
 * Reads what stands in the images that a digest or tag leads to: those of an index, or itself. Throws VP402 where
 * nothing is there, VP620 for what is not an image, VP605 for an image that does not say what it is made of.
 */
export async function readImages(registry: Registry, reference: string): Promise<ImageContent[]> {
  const where = `${showRepository(registry.repository)}${reference.startsWith('sha256:') ? '@' : ':'}${reference}`;
  const manifest = await registry.manifest(reference);
  if (manifest === null) throw new PipelineError('VP402', 'the registry has nothing under it', { where });
  if (manifest.mediaType === indexType) {
    // An entry without a platform is an attestation of the builder, not an image.
    const images = (readImageIndex(manifest.body) ?? []).filter(
      ({ platform }) => platform !== undefined && platform.architecture !== 'unknown',
    );
    if (images.length === 0) throw new PipelineError('VP620', 'the index names no image', { where });
    return (await Promise.all(images.map((image) => readImages(registry, image.digest)))).flat();
  }
  const image = readImageManifest(manifest);
  const config = image && readImageConfig(await blobOf(registry, image.config.digest));
  if (!image || !config) {
    throw new PipelineError('VP620', `it is neither index nor image, got ${manifest.mediaType}`, { where });
  }
  const layers = image.layers.map(({ digest }) => digest);
  const content = await contentOf(registry, layers, where);
  const labels = config.config?.Labels ?? {};
  return [{ digest: manifest.digest, architecture: config.architecture, labels, ...content }];
}

/** Reads layers from the uppermost down, until all is found: what stands higher hides what is below. */
async function contentOf(
  registry: Registry,
  layers: readonly string[],
  where: string,
): Promise<Pick<ImageContent, 'sbom' | 'document' | 'builds'>> {
  const files = new Map<string, string>();
  let missing: string[] = [imageFiles.sbom];
  for (const digest of layers.toReversed()) {
    for (const [name, text] of filesIn(unpacked(await blobOf(registry, digest)))) {
      if (!files.has(name)) files.set(name, text);
    }
    missing = neededBy(files).filter((name) => !files.has(name));
    if (missing.length === 0) break;
  }
  if (missing.length > 0) throw new PipelineError('VP605', `no ${missing[0]}`, { where });
  const sbom = files.get(imageFiles.sbom) ?? '';
  const read = <Schema extends z.ZodType>(name: string, schema: Schema): z.output<Schema> => {
    const parsed = parseJson(files.get(name) ?? '', schema);
    if (parsed.ok) return parsed.value;
    const what = `${name} is not what this project writes`;
    throw new PipelineError('VP605', what, { where, details: parsed.what, cause: parsed.cause });
  };
  const document = read(imageFiles.sbom, sbomDocument);
  const builds = builtModules(document).map((name) => read(buildFile(name), buildRecord));
  return { sbom, document, builds };
}

/** The list of components, and what it makes necessary. */
function neededBy(files: ReadonlyMap<string, string>): string[] {
  const read = parseJson(files.get(imageFiles.sbom) ?? '', sbomDocument);
  return [imageFiles.sbom, ...(read.ok ? builtModules(read.value).map(buildFile) : [])];
}

/** The modules with the hash of a file: of one out of a Debian package, dpkg knows it. */
function builtModules({ components }: z.infer<typeof sbomDocument>): string[] {
  return components.flatMap(({ 'bom-ref': key, hashes }) =>
    key.startsWith('module:') && hashes.length > 0 ? [key.slice('module:'.length)] : [],
  );
}

const buildFile = (module: string): string => `${imageFiles.build}/${module}.json`;

/** A property of our own, `valkey-bundle:<name>`; null where the component has none. */
export function propertyOf({ properties }: SbomComponent, name: string): string | null {
  return properties.find((entry) => entry.name === `valkey-bundle:${name}`)?.value ?? null;
}

async function blobOf(registry: Registry, digest: string): Promise<Buffer> {
  const body = await registry.blob(digest);
  const where = `${showRepository(registry.repository)}@${digest}`;
  if (body === null) throw new PipelineError('VP523', 'the registry has lost this part of the image', { where });
  if (digestOf(body) === digest) return body;
  throw new PipelineError('VP523', `the registry gives other bytes for this digest: theirs is ${digestOf(body)}`, {
    where,
  });
}

/** A layer is a tar archive: plain, or packed by gzip or zstd. */
function unpacked(layer: Buffer): Buffer {
  const magic = layer.subarray(0, 4).toString('hex');
  if (magic.startsWith('1f8b')) return gunzipSync(layer);
  return magic === '28b52ffd' ? zstdDecompressSync(layer) : layer;
}

/** The plain files in a tar archive that say what the image is made of, by their absolute path. */
function filesIn(tar: Buffer): Map<string, string> {
  const files = new Map<string, string>();
  const text = (at: number, length: number): string => tar.toString('utf8', at, at + length).replace(/\0.*$/s, '');
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const prefix = text(at + 257, 5) === 'ustar' ? text(at + 345, 155) : '';
    const name = `/${prefix === '' ? '' : `${prefix}/`}${text(at, 100)}`.replace(/^\/\.?\//, '/');
    const size = sizeAt(at + 124);
    // The kind of a plain file is 0, and was a zero byte in old archives.
    const isFile = tar[at + 156] === 0x30 || tar[at + 156] === 0;
    if (isFile && (name === imageFiles.sbom || name.startsWith(`${imageFiles.build}/`))) {
      files.set(name, tar.toString('utf8', at + 512, at + 512 + size));
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;

  /** Octal digits; or, from 8 GB on, a number behind a set bit. */
  function sizeAt(at: number): number {
    if (((tar[at] ?? 0) & 0x80) !== 0) return Number(tar.readBigUInt64BE(at + 4));
    return Number.parseInt(text(at, 12).trim() || '0', 8);
  }
}
