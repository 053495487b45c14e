import { copyFile, readFile, readlink, symlink } from 'node:fs/promises';
import { arch } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Manifest } from '../../entrypoint/modules/manifest.ts';
import type { ModuleManifest } from '../../modules/schema.ts';
import { loadManifests } from '../data/manifests.ts';
import { placeWhole } from './files.ts';
import { sha256OfSources } from './hash.ts';
import { buildExecutable } from './single-executable.ts';
import { ensureStamped } from './stamped-file.ts';

const ROOT = join(import.meta.dirname, '..', '..');
export const REHEARSAL = join(import.meta.dirname, 'entrypoint-rehearsal.ts');
const WORK_FOLDERS = join(ROOT, 'dist', 'entrypoint');
const NAMES = ['bundle-docker-entrypoint', 'valkey-server', 'redis-server'];

/**
 * Builds dist/linux-<arch>/valkey-bundle: the bundled program in a stripped Node, with a code cache. Node is stripped before the
 * program goes in: stripping afterwards breaks the result. Nothing is done where the program is the one that was built last, and sources,
 * manifests and Node are those of that build.
 */
export async function buildEntrypoint(
  report: (line: string) => void = () => {},
): Promise<{ path: string; built: boolean }> {
  const platform = `linux-${arch()}`;
  const directory = join(ROOT, 'dist', platform);
  const path = join(directory, 'valkey-bundle');
  const built = await ensureStamped({
    path,
    inputs: async () => entrypointInputs(await definitions()),
    make: async (work) => {
      const node = await strippedNode(directory, report);
      report('entrypoint: bundling the program, rehearsing a start, and putting it in');
      const output = join(work, 'valkey-bundle');
      const input = join(ROOT, 'entrypoint', 'main.ts');
      await buildExecutable({ input, define: await definitions(), rehearsal: REHEARSAL, node, work, output });
      return output;
    },
    workFolders: WORK_FOLDERS,
    report,
  });
  for (const name of NAMES) await ensureLink(join(directory, name), 'valkey-bundle');
  if (built) report(`entrypoint: built dist/${platform}/valkey-bundle`);
  return { path, built };
}

/** What the program's free names stand for, as JavaScript text. */
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
async function strippedNode(directory: string, report: (line: string) => void): Promise<string> {
  const path = join(directory, `node-${process.version}`);
  const make = async (work: string): Promise<string> => {
    report('entrypoint: stripping Node');
    const strip = await ensureStrip();
    const node = join(work, 'node');
    await copyFile(process.execPath, node);
    await execa(strip, [node]);
    return node;
  };
  await ensureStamped({ path, inputs: async () => process.version, make, workFolders: WORK_FOLDERS, report });
  return path;
}

/** Another process may do the same. */
async function ensureLink(path: string, target: string): Promise<void> {
  if ((await readlink(path).catch(() => null)) === target) return;
  await placeWhole(path, (fresh) => symlink(target, fresh));
}

/**
 * SHA-256 over all that the program is made of. The manifests are in it by the text that is put in, whatever code reads them and fills in
 * what they leave out. `root`: the folder of the project.
 */
export async function entrypointInputs(define: Readonly<Record<string, string>>, root: string = ROOT): Promise<string> {
  return await sha256OfSources(JSON.stringify([process.version, define]), root, [
    'entrypoint',
    'package-lock.json',
    'package.json',
    'scripts/lib/entrypoint-build.ts',
    'scripts/lib/entrypoint-rehearsal.ts',
    'scripts/lib/entrypoint-rehearsal',
    'scripts/lib/single-executable.ts',
    'scripts/lib/single-executable',
    // The bundler takes the language's version from it.
    'tsconfig.json',
  ]);
}

/** The path of `strip`. On a Debian machine where we are root it is installed where it is missing; elsewhere the error says how. */
async function ensureStrip(): Promise<string> {
  if (await stripAnswers()) return 'strip';
  if (process.getuid?.() === 0 && (await execa('apt-get', ['--version'], { reject: false })).exitCode === 0) {
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await execa('apt-get', ['update', '-q'], { env });
    await execa('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'binutils'], { env });
    if (await stripAnswers()) return 'strip';
  }
  throw new Error('strip was not found: install binutils (apt-get install binutils), then run this again');
}

async function stripAnswers(): Promise<boolean> {
  return (await execa('strip', ['--version'], { reject: false })).exitCode === 0;
}
