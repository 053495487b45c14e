import { createHash, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll } from 'vitest';
import type { Architecture } from '../../scripts/lib/platform.ts';
import { tarOf } from './docker-container.ts';
import { engine, label } from './docker-engine.ts';
import { testLabels } from './registry-release.ts';

/** A tiny image in the engine: one file. Its name is its own, so that removing it removes nothing else. */
export interface TinyImage {
  readonly id: string;
  readonly reference: string;
  remove(): Promise<void>;
}

type LoadTinyImage = (architecture: Architecture, labels?: Readonly<Record<string, string>>) => Promise<TinyImage>;

/**
 * Call it once at the top of a test file: its images are gone when it ends. They say that they are the default variant
 * of the test line.
 */
export function useTinyImages(): LoadTinyImage {
  const images: TinyImage[] = [];
  afterAll(() => Promise.all(images.map((image) => image.remove())));
  return async (architecture, labels = {}) => {
    const image = await load(architecture, { ...testLabels(), ...labels });
    images.push(image);
    return image;
  };
}

/** Makes an image for any architecture, without running anything: from the archive that `docker save` would give. */
async function load(architecture: Architecture, labels: Readonly<Record<string, string>>): Promise<TinyImage> {
  const layer = tarOf({ '/content': randomUUID() });
  const config = JSON.stringify({
    architecture,
    os: 'linux',
    config: { Labels: { ...label, ...labels }, Cmd: ['/content'] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
  });
  const reference = `valkey-bundle-tiny:${randomUUID()}`;
  const archive = tarOf({
    '/config.json': config,
    '/layer.tar': { text: layer },
    '/manifest.json': JSON.stringify([{ Config: 'config.json', RepoTags: [reference], Layers: ['layer.tar'] }]),
  });
  const stream = await engine.loadImage(Readable.from([archive]), { quiet: true });
  for await (const _ of stream) {
    // The engine has loaded it when its answer ends.
  }
  const { Id } = await engine.getImage(reference).inspect();
  const remove = async (): Promise<void> => {
    const isThere = await engine.listImages({ filters: { reference: [reference] } });
    if (isThere.length > 0) await engine.getImage(Id).remove({ force: true });
  };
  return { id: Id, reference, remove };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
