import { readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { openEngine } from '../lib/engine.ts';
import type { BenchImages } from './image.ts';

/** Bytes. */
export interface Sizes {
  readonly image: number;
  readonly base: number;
  readonly layers: ReadonlyArray<{ readonly what: string; readonly bytes: number }>;
  readonly entrypoint: number;
  readonly entrypointCompressed: number;
  readonly node: number;
}

interface HistoryEntry {
  readonly CreatedBy: string;
  readonly Size: number;
}

/** What the image weighs, layer by layer; the base's own are one. `level` is gzip's. */
export async function measureSizes(images: BenchImages, level: number): Promise<Sizes> {
  const engine = await openEngine();
  const image = await engine.getImage(images.local).inspect();
  const base = await engine.getImage(images.base).inspect();
  const history = (await engine.getImage(images.local).history()) as readonly HistoryEntry[];
  const ofBase = (await engine.getImage(images.base).history()) as readonly HistoryEntry[];
  const own = history.slice(0, history.length - ofBase.length).filter(({ Size }) => Size > 0);
  const layers = own.map(({ CreatedBy, Size }) => ({ what: instructionOf(CreatedBy), bytes: Size }));
  const executable = await readFile(images.entrypoint);
  return {
    image: image.Size,
    base: base.Size,
    layers: [{ what: 'base', bytes: base.Size }, ...layers.reverse()],
    entrypoint: executable.length,
    entrypointCompressed: (await promisify(gzip)(executable, { level })).length,
    node: (await stat(images.node)).size,
  };
}

/** `COPY bundle.json ...` of what the engine keeps of an instruction. */
export function instructionOf(createdBy: string): string {
  return createdBy
    .replace(/^\/bin\/sh -c (#\(nop\) +)?/, '')
    .replace(/ # buildkit$/, '')
    .replace(/^(RUN) \/bin\/sh -c /, '$1 ')
    .replace(/\s+/g, ' ')
    .trim();
}
