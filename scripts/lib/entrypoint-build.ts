import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { arch } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { rolldown } from 'rolldown';
import { ensureStrip } from './entrypoint-strip.ts';
import { loadManifests } from './module-manifests.ts';
import { listSources } from './source-files.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const NAMES = ['bundle-docker-entrypoint', 'valkey-server', 'redis-server'];

/**
 * Builds dist/linux-<arch>/valkey-bundle: the bundled program in a stripped Node, with code cache. Node is stripped before the
 * program goes in: stripping afterwards breaks the result. Nothing is done when sources, manifests and Node are those of the last build.
 */
export async function buildEntrypoint(
  report: (line: string) => void = () => {},
): Promise<{ path: string; built: boolean }> {
  const platform = `linux-${arch()}`;
  const directory = join(ROOT, 'dist', platform);
  const path = join(directory, 'valkey-bundle');
  const stamp = join(directory, 'valkey-bundle.inputs');
  const inputs = await hashInputs();
  if ((await readFile(stamp, 'utf8').catch(() => '')) === inputs) return { path, built: false };

  await mkdir(directory, { recursive: true });
  report('entrypoint: bundling the sources');
  const work = join(ROOT, 'dist', 'entrypoint');
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  const main = await bundle(work);
  report('entrypoint: stripping Node and putting the program in');
  const node = await strippedNode(directory);
  const config = join(work, 'sea.json');
  await writeFile(config, JSON.stringify(seaConfig(main, node, join(work, 'valkey-bundle')), null, 2));
  await execa(process.execPath, [`--build-sea=${config}`], { cwd: work, env: { NODE_OPTIONS: '' } });
  await chmod(join(work, 'valkey-bundle'), 0o755);
  await rename(join(work, 'valkey-bundle'), path);
  for (const name of NAMES) {
    await rm(join(directory, name), { force: true });
    await symlink('valkey-bundle', join(directory, name));
  }
  await writeFile(stamp, inputs);
  report(`entrypoint: built dist/${platform}/valkey-bundle`);
  return { path, built: true };
}

async function bundle(work: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const build = await rolldown({
    input: join(ROOT, 'entrypoint', 'main.ts'),
    platform: 'node',
    transform: {
      define: {
        __MANIFESTS__: JSON.stringify(loadManifests(join(ROOT, 'modules'))),
        __VERSION__: JSON.stringify(version),
      },
    },
  });
  const file = join(work, 'main.mjs');
  await build.write({ file, format: 'esm', minify: true, codeSplitting: false });
  await build.close();
  return file;
}

/** `execArgvExtension: none`: a user's NODE_OPTIONS must not change the entrypoint, and still reaches what it starts. */
function seaConfig(main: string, executable: string, output: string): Readonly<Record<string, unknown>> {
  return {
    main,
    mainFormat: 'module',
    executable,
    output,
    disableExperimentalSEAWarning: true,
    useCodeCache: true,
    execArgvExtension: 'none',
  };
}

/** Node without its symbols: 150 MB become 116. Made once for each version of Node. */
async function strippedNode(directory: string): Promise<string> {
  const path = join(directory, `node-${process.version}`);
  const exists = await readFile(`${path}.ok`).then(
    () => true,
    () => false,
  );
  if (exists) return path;
  const strip = await ensureStrip();
  await copyFile(process.execPath, path);
  await execa(strip, [path]);
  await writeFile(`${path}.ok`, '');
  return path;
}

async function hashInputs(): Promise<string> {
  const hash = createHash('sha256').update(process.version);
  for (const file of await listSources(ROOT, [
    'entrypoint',
    'modules',
    'package-lock.json',
    'package.json',
    'scripts/lib/entrypoint-build.ts',
  ])) {
    hash.update(file).update(await readFile(join(ROOT, file)));
  }
  return hash.digest('hex');
}
