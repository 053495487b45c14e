import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { upstreamVersion } from '../data/version.ts';
import { ensureDebianTools } from './apt.ts';
import type { ArchiveLine } from './base-line.ts';
import { layOverlay } from './base-overlay.ts';
import { fetchPackages } from './base-packages.ts';
import { makeRootfs } from './base-rootfs.ts';
import { findMirrors } from './debian.ts';
import { imageId } from './engine.ts';
import { buildImage } from './engine-build.ts';
import { textIfThere } from './files.ts';
import { sha256 } from './hash.ts';
import { paths } from './image-paths.ts';
import { jsonText, parseJson } from './json.ts';

const deb = z.object({ package: z.string(), version: z.string(), suite: z.string(), sha256: z.string() });

/** base.json beside the archive: what it was made of. */
const baseRecord = z.object({
  valkey: deb,
  modules: z.record(z.string(), deb),
  notes: z.array(z.string()),
  installed: z.array(z.string()),
});

export type BaseRecord = z.infer<typeof baseRecord>;

export interface Base {
  readonly image: string;
  readonly record: BaseRecord;
}

/** The base image of the line: kept under a hash of its recipe, and made only if that is new or `rebuild` is set. */
export async function ensureBase(line: ArchiveLine, report: (line: string) => void, rebuild = false): Promise<Base> {
  const architecture = debianArchitecture();
  const { hash, folder } = await placeOf(line, paths.bases);
  const known = rebuild ? undefined : await readRecord(folder);
  const { record, sha256 } = known ?? (await makeBase(line, { architecture, folder, report }));
  // Of what it was made is part of its name: the engine may still have the one before, or another checkout's, of the same recipe.
  const image = `valkey-bundle-base:${hash}-${sha256.slice(0, 16)}`;
  for (const note of record.notes) report(`Note: ${note}`);
  if (!known || !(await imageId(image))) {
    const args = { VALKEY_VERSION: upstreamVersion(record.valkey.version) };
    const dockerfile = join(paths.docker, 'base/Dockerfile');
    await buildImage({ tag: image, context: folder, dockerfile, args, repeat: 'npm run image' }, report);
  }
  return { image, record };
}

/** SHA-256 of the record of the base that is kept here for the line; undefined where there is none. `bases`: dist/base. */
export async function keptBase(line: ArchiveLine, bases: string = paths.bases): Promise<string | undefined> {
  const { folder } = await placeOf(line, bases);
  return (await readRecord(folder))?.sha256;
}

async function placeOf(line: ArchiveLine, bases: string): Promise<{ readonly hash: string; readonly folder: string }> {
  const architecture = debianArchitecture();
  const hash = await recipeHash(line, architecture);
  return { hash, folder: join(bases, `${hash}-${architecture}`) };
}

/** The record, and what base.json is itself. */
interface KeptRecord {
  readonly record: BaseRecord;
  readonly sha256: string;
}

interface MakeBase {
  readonly architecture: string;
  readonly folder: string;
  readonly report: (line: string) => void;
}

async function makeBase(line: ArchiveLine, { architecture, folder, report }: MakeBase): Promise<KeptRecord> {
  await ensureDebianTools(report);
  const mirrors = await findMirrors();
  await mkdir(paths.bases, { recursive: true });
  const staging = await mkdtemp(join(paths.bases, 'staging-'));
  try {
    const packages = await fetchPackages(line, { mirrors, architecture, folder: staging, report });
    await layOverlay(line, packages.modules, join(staging, 'overlay'));
    const result = join(staging, 'result');
    await mkdir(result);
    await makeRootfs({
      line,
      mirrors,
      architecture,
      staging,
      target: join(result, `rootfs-${architecture}.tar`),
      report,
    });
    const installed = (await readFile(join(staging, 'installed.txt'), 'utf8')).trim().split('\n');
    // Parsing drops the paths of this machine.
    const record = baseRecord.parse({ ...packages, installed });
    const text = jsonText(record);
    await writeFile(join(result, 'base.json'), text);
    // The folder appears whole or not at all, so an interrupted build is never taken for a finished one.
    await rm(folder, { recursive: true, force: true });
    await rename(result, folder);
    return { record, sha256: sha256(text) };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function readRecord(folder: string): Promise<KeptRecord | undefined> {
  const text = textIfThere(join(folder, 'base.json'));
  const read = text === null ? null : parseJson(text, baseRecord);
  // Never made, or made by something older: make it again.
  return text !== null && read?.ok ? { record: read.value, sha256: sha256(text) } : undefined;
}

/** The archive's, and Docker's, name of this machine's architecture. */
function debianArchitecture(): 'amd64' | 'arm64' {
  if (process.arch === 'x64') return 'amd64';
  if (process.arch === 'arm64') return 'arm64';
  throw new Error(`The local image is built for x64 and arm64, and this machine is ${process.arch}.`);
}

/** Everything beside the line's data that shapes the base. The state of the archive is not part of it: a base is kept until asked. */
const shapedBy = [
  `${paths.docker}/base/Dockerfile`,
  `${paths.docker}/base/customize.sh`,
  `${paths.docker}/layout.sh`,
  fileURLToPath(new URL('./base-overlay.ts', import.meta.url)),
  fileURLToPath(new URL('./base-rootfs.ts', import.meta.url)),
];

/** Sixteen hexadecimal digits that change when the base would. */
export async function recipeHash(line: ArchiveLine, architecture: string): Promise<string> {
  const data = JSON.stringify([architecture, line.base, line.valkey, line.modules]);
  const files = await Promise.all(shapedBy.map(async (path) => [await readFile(path), '\0']));
  return sha256(data, ...files.flat()).slice(0, 16);
}
