import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildImage, builtId } from '../image/buildkit.ts';
import { buildEntrypoint } from '../image/entrypoint-build.ts';
import { withContext } from '../image/image-context.ts';
import { buildLocalImage, buildTestImage } from '../image/local-image.ts';
import { paths } from '../lib/image-paths.ts';
import { writeConfFiles } from './conf-files.ts';
import { BENCH, folders } from './container.ts';

export interface BenchImages {
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
