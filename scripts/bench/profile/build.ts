import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { embeddedManifests, REHEARSAL } from '../../lib/entrypoint-build.ts';
import { paths } from '../../lib/image-paths.ts';
import { buildExecutable } from '../../lib/single-executable.ts';

/** Builds the watched entrypoint as the real one is built, from the same stripped Node. */
export async function buildWatched(node: string, output: string): Promise<void> {
  await mkdir(paths.contexts, { recursive: true });
  const work = await mkdtemp(join(paths.contexts, 'watched-'));
  try {
    const define = { __MANIFESTS__: embeddedManifests() };
    const input = join(import.meta.dirname, 'main.ts');
    await buildExecutable({ input, define, rehearsal: REHEARSAL, node, work, output });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
