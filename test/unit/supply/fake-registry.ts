import { gzipSync } from 'node:zlib';
import { digestOf } from '../../../scripts/lib/files.ts';
import type { Registry } from '../../../scripts/lib/registry/registry.ts';
import { sbomDocument } from '../../../scripts/supply/image-content.ts';
import { sbomText } from '../../../scripts/supply/sbom.ts';
import type { SbomInputs } from '../../../scripts/supply/sbom-inputs.ts';
import { tarOf } from '../../support/docker-container.ts';

/**
 * An image of a registry. `layers`, the lowest first: files below /usr/local/share/valkey-bundle, or the bytes of a
 * layer.
 */
export interface StoredImage {
  readonly architecture: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly layers: readonly (Readonly<Record<string, string>> | Buffer)[];
}

/**
 * A registry in memory that holds one image; `blobs` can be changed behind its back, and `asked` are those that were
 * read.
 */
export function fakeRegistry(image: StoredImage) {
  const blobs = new Map<string, Buffer>();
  const asked: string[] = [];
  const put = (body: Buffer): { digest: string; size: number } => {
    blobs.set(digestOf(body), body);
    return { digest: digestOf(body), size: body.length };
  };
  const layers = image.layers.map((layer) => put(Buffer.isBuffer(layer) ? layer : gzipSync(bundleTar(layer))));
  const { architecture, labels } = image;
  const config = put(Buffer.from(JSON.stringify({ os: 'linux', architecture, config: { Labels: labels ?? {} } })));
  const body = Buffer.from(JSON.stringify({ schemaVersion: 2, config, layers }));
  const digest = digestOf(body);
  const registry: Registry = {
    repository: { registry: 'registry.example', name: 'a/b' },
    manifest: async (reference) =>
      reference === digest ? { digest, mediaType: 'application/vnd.oci.image.manifest.v1+json', body } : null,
    tags: async () => [],
    putManifest: async () => {},
    hasBlob: async (name) => blobs.has(name),
    blob: async (name) => {
      asked.push(name);
      return blobs.get(name) ?? null;
    },
  };
  return { registry, digest, blobs, asked, layers: layers.map((layer) => layer.digest) };
}

/** The files that an image made of these records holds. */
export function heldFiles(inputs: SbomInputs): Record<string, string> {
  const records = inputs.modules.flatMap((module) =>
    module.kind === 'built' ? [[`build/${module.record.module}.json`, JSON.stringify(module.record)]] : [],
  );
  return { 'sbom.cdx.json': sbomText(inputs), 'bundle.json': '{}', ...Object.fromEntries(records) };
}

/** The same, as it is read out of an image. */
export function contentOf(inputs: SbomInputs) {
  const document = sbomDocument.parse(JSON.parse(sbomText(inputs)));
  const builds = inputs.modules.flatMap((module) => (module.kind === 'built' ? [module.record] : []));
  return { architecture: inputs.architecture, document, builds };
}

/** A layer, not packed. */
export function bundleTar(files: Readonly<Record<string, string>>): Buffer {
  return tarOf(
    Object.fromEntries(Object.entries(files).map(([name, text]) => [`/usr/local/share/valkey-bundle/${name}`, text])),
  );
}
