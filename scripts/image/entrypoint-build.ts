import { existsSync } from 'node:fs';
import {
  copyFile,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { arch } from 'node:os';
import { join } from 'node:path';
import type { Manifest } from '../../entrypoint/modules/manifest.ts';
import type { ModuleManifest } from '../../modules/schema.ts';
import { loadManifests } from '../data/manifests.ts';
import { ensureTools } from '../lib/apt.ts';
import { placeWhole } from '../lib/files.ts';
import { silent } from '../lib/run.ts';
import { buildExecutable, bundleProgram } from './single-executable.ts';

const ROOT = join(import.meta.dirname, '..', '..');
export const REHEARSAL = join(import.meta.dirname, 'rehearsal.ts');
const NAMES = ['bundle-docker-entrypoint', 'valkey-server', 'redis-server'];

/**
 * Builds dist/linux-<arch>/valkey-bundle: the bundled program in a stripped Node, with a code cache. Node is stripped
 * before the program goes in: stripping afterwards breaks the result. The program is bundled each time, and the
 * executable is kept under the hash of that, so it is always of what it was bundled from; two processes may do this at
 * once.
 */
export async function buildEntrypoint(
  report: (line: string) => void = () => {},
): Promise<{ path: string; built: boolean }> {
  const platform = `linux-${arch()}`;
  const folder = join(ROOT, 'dist', platform);
  await mkdir(folder, { recursive: true });
  const program = { input: join(ROOT, 'entrypoint', 'main.ts'), define: await definitions(), rehearsal: REHEARSAL };
  const bundled = await bundleProgram(program);
  const kept = join(folder, `valkey-bundle-${bundled.key.slice(0, 16)}`);
  const built = !existsSync(kept);
  if (built) {
    await inFolderOfItsOwn(folder, async (work) => {
      const node = await strippedNode(folder, report);
      report('entrypoint: rehearsing a start of the program, and putting it in');
      const output = join(work, 'valkey-bundle');
      await buildExecutable({ ...program, node, work, output }, bundled);
      await rename(output, kept);
    });
    report(`entrypoint: built dist/${platform}/valkey-bundle`);
  }
  const path = join(folder, 'valkey-bundle');
  if ((await stat(path).catch(() => null))?.ino !== (await stat(kept)).ino)
    await placeWhole(path, (fresh) => link(kept, fresh));
  for (const name of NAMES) await ensureLink(join(folder, name), 'valkey-bundle');
  return { path, built };
}

async function inFolderOfItsOwn(parent: string, use: (folder: string) => Promise<void>): Promise<void> {
  await removeOld(parent);
  const folder = await mkdtemp(join(parent, 'work-'));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Milliseconds: another process may still be working at, or with, something younger. */
const oldAfter = 3_600_000;

/** Removes executables of other states of the program, and what killed processes left. */
async function removeOld(folder: string): Promise<void> {
  for (const name of (await readdir(folder)).filter((one) => /^(work-|valkey-bundle-)/.test(one))) {
    const path = join(folder, name);
    // Another process may remove it at the same moment.
    const changed = (await stat(path).catch(() => null))?.mtimeMs;
    if (changed !== undefined && Date.now() - changed > oldAfter) await rm(path, { recursive: true, force: true });
  }
}

/** The values of the program's free names, as JavaScript text. */
async function definitions(): Promise<Record<string, string>> {
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  return { __MANIFESTS__: embeddedManifests(), __VERSION__: JSON.stringify(version) };
}

/** The manifests as JSON, without what only the pipeline asks for: every start reads them. */
export function embeddedManifests(): string {
  return JSON.stringify(loadManifests(join(ROOT, 'modules')).map(forStart));
}

function forStart({ repository, licence, build, smoke, ...manifest }: ModuleManifest): Manifest {
  return manifest;
}

/** Node without its symbols: 150 MB become 116. Made once for each version of Node. */
async function strippedNode(folder: string, report: (line: string) => void): Promise<string> {
  const path = join(folder, `node-${process.version}`);
  if (existsSync(path)) return path;
  report('entrypoint: stripping Node');
  await ensureTools({ strip: 'binutils' }, report);
  await placeWhole(path, async (partial) => {
    await copyFile(process.execPath, partial);
    await silent`strip ${partial}`;
  });
  return path;
}

/** Another process may do the same. */
async function ensureLink(path: string, target: string): Promise<void> {
  if ((await readlink(path).catch(() => null)) === target) return;
  await placeWhole(path, (fresh) => symlink(target, fresh));
}
