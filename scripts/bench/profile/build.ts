import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { rolldown } from 'rolldown';
import { paths } from '../../lib/image-paths.ts';
import { loadManifests } from '../../lib/module-manifests.ts';

/** Builds the watched entrypoint as scripts/lib/entrypoint-build.ts builds the real one, from the same stripped Node. */
export async function buildWatched(node: string, output: string): Promise<void> {
  await mkdir(paths.contexts, { recursive: true });
  const work = await mkdtemp(join(paths.contexts, 'watched-'));
  try {
    const main = join(work, 'main.mjs');
    const manifests = JSON.stringify(loadManifests(join(paths.root, 'modules')));
    const bundle = await rolldown({
      input: join(import.meta.dirname, 'main.ts'),
      platform: 'node',
      transform: { define: { __MANIFESTS__: manifests } },
    });
    await bundle.write({ file: main, format: 'esm', minify: true, codeSplitting: false });
    await bundle.close();
    const config = join(work, 'sea.json');
    const sea = { main, mainFormat: 'module', executable: node, output, useCodeCache: true };
    await writeFile(config, JSON.stringify({ ...sea, disableExperimentalSEAWarning: true, execArgvExtension: 'none' }));
    await execa(process.execPath, [`--build-sea=${config}`], { env: { NODE_OPTIONS: '' } });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
