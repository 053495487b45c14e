import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { buildImage, builtId } from '../image/buildkit.ts';
import { buildEntrypoint } from '../image/entrypoint-build.ts';
import { withContext } from '../image/image-context.ts';
import { buildLocalImage, buildTestImage } from '../image/local-image.ts';
import { openEngine } from '../lib/engine.ts';
import { paths } from '../lib/workspace.ts';
import { writeConfFiles } from './growth.ts';
import { BENCH, folders } from './timer.ts';

interface BenchImages {
  readonly local: string;
  readonly localId: string;
  readonly test: string;
  readonly base: string;
  readonly valkey: string;
  /** The stripped Node that the entrypoint is made of, on the host. */
  readonly node: string;
  readonly entrypoint: string;
}

/** Builds the bench image on the test image, and lays out what its containers see of the host. */
export async function prepareBench(report: (line: string) => void): Promise<BenchImages> {
  const local = await buildLocalImage({ report });
  const test = await buildTestImage({ report });
  const fixtures = join(paths.root, 'test/fixtures/bench');
  const files = ['timer.c', 'nothing.c', 'entrypoint.py', 'entrypoint.sh'];
  const { path: entrypoint } = await buildEntrypoint(report);
  const node = join(entrypoint, '..', `node-${process.version}`);
  const entries = Object.fromEntries([
    ['node', { from: node }],
    ...files.map((file) => [file, { from: join(fixtures, file) }] as const),
  ]);
  const dockerfile = join(fixtures, 'bench.Dockerfile');
  const args = { BASE: local.base, TEST: test.tag };
  await withContext(entries, (context) =>
    buildImage({ tag: 'valkey-bundle-bench:local', context, dockerfile, args, repeat: 'npm run bench' }, report),
  );
  await builtId('valkey-bundle-bench:local');
  await layOut({ ...test.bundle, server: `${BENCH}/bin/valkey-server` });
  const { tag, id, base, bundle } = local;
  return { local: tag, localId: id, test: test.tag, base, valkey: bundle.valkey, node, entrypoint };
}

async function layOut(bundle: object): Promise<void> {
  await writeConfFiles(folders.conf);
  await rm(folders.output, { recursive: true, force: true });
  await mkdir(folders.output, { recursive: true });
  // The server's user writes here too.
  await chmod(folders.output, 0o777);
  await mkdir(folders.programs, { recursive: true });
  await writeFile(folders.bundle, JSON.stringify(bundle));
}

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

/** The size of the image, layer by layer; the base's own are one. `level` is gzip's. */
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
