import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { arch } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { ensureStrip } from './entrypoint-strip.ts';
import { loadManifests } from './module-manifests.ts';
import { buildExecutable } from './single-executable.ts';
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
  const work = join(ROOT, 'dist', 'entrypoint');
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  report('entrypoint: stripping Node');
  const node = await strippedNode(directory);
  report('entrypoint: bundling the program and putting it in');
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const define = {
    __MANIFESTS__: JSON.stringify(loadManifests(join(ROOT, 'modules'))),
    __VERSION__: JSON.stringify(version),
  };
  const output = join(work, 'valkey-bundle');
  await buildExecutable({ input: join(ROOT, 'entrypoint', 'main.ts'), define, node, work, output });
  await rename(output, path);
  for (const name of NAMES) {
    await rm(join(directory, name), { force: true });
    await symlink('valkey-bundle', join(directory, name));
  }
  await writeFile(stamp, inputs);
  report(`entrypoint: built dist/${platform}/valkey-bundle`);
  return { path, built: true };
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
    'scripts/lib/single-executable.ts',
  ])) {
    hash.update(file).update(await readFile(join(ROOT, file)));
  }
  return hash.digest('hex');
}
