import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { arch } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Manifest } from '../../entrypoint/modules/manifest.ts';
import { ensureStrip } from './entrypoint-strip.ts';
import { loadManifests } from './module-manifests.ts';
import type { ModuleManifest } from './module-schema.ts';
import { buildExecutable } from './single-executable.ts';
import { listSources } from './source-files.ts';

const ROOT = join(import.meta.dirname, '..', '..');
export const REHEARSAL = join(import.meta.dirname, 'entrypoint-rehearsal.ts');
const NAMES = ['bundle-docker-entrypoint', 'valkey-server', 'redis-server'];

/**
 * Builds dist/linux-<arch>/valkey-bundle: the bundled program in a stripped Node, with a code cache. Node is stripped before the
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
  report('entrypoint: bundling the program, rehearsing a start, and putting it in');
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const define = {
    __MANIFESTS__: embeddedManifests(),
    __VERSION__: JSON.stringify(version),
  };
  const output = join(work, 'valkey-bundle');
  const input = join(ROOT, 'entrypoint', 'main.ts');
  await buildExecutable({ input, define, rehearsal: REHEARSAL, node, work, output });
  await rename(output, path);
  for (const name of NAMES) {
    await rm(join(directory, name), { force: true });
    await symlink('valkey-bundle', join(directory, name));
  }
  await writeFile(stamp, inputs);
  report(`entrypoint: built dist/${platform}/valkey-bundle`);
  return { path, built: true };
}

/** The manifests as JSON, without what only the pipeline asks for: every start reads them. */
export function embeddedManifests(): string {
  return JSON.stringify(loadManifests(join(ROOT, 'modules')).map(forStart));
}

function forStart({ repository, licence, build, smoke, ...manifest }: ModuleManifest): Manifest {
  return manifest;
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
    'scripts/lib/entrypoint-rehearsal.ts',
    'scripts/lib/entrypoint-rehearsal',
    'scripts/lib/single-executable.ts',
    'scripts/lib/single-executable',
  ])) {
    hash.update(file).update(await readFile(join(ROOT, file)));
  }
  return hash.digest('hex');
}
