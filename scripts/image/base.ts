import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import * as z from 'zod';
import { upstreamVersion } from '../data/version.ts';
import { ensureDebianTools } from '../lib/apt.ts';
import { findMirrors } from '../lib/debian.ts';
import { imageId } from '../lib/engine.ts';
import { jsonText, parseJson, sha256, sha256OfSources, textIfThere } from '../lib/files.ts';
import { paths } from '../lib/workspace.ts';
import { type ArchiveLine, fetchPackages } from './base-packages.ts';
import { layOverlay, makeRootfs } from './base-rootfs.ts';
import { buildImage } from './buildkit.ts';

const deb = z.object({ package: z.string(), version: z.string(), suite: z.string(), sha256: z.string() });

/** base.json beside the archive: what it was made of. */
const archiveRecord = z.object({
  valkey: deb,
  modules: z.record(z.string(), deb),
  notes: z.array(z.string()),
  installed: z.array(z.string()),
});

export type ArchiveRecord = z.infer<typeof archiveRecord>;

interface Base {
  readonly image: string;
  readonly record: ArchiveRecord;
}

/** The base image of the line: kept under a hash of its recipe, and made only if that is new or `rebuild` is set. */
export async function ensureBase(line: ArchiveLine, report: (line: string) => void, rebuild = false): Promise<Base> {
  const architecture = debianArchitecture();
  const hash = await recipeHash(line, architecture);
  const folder = join(paths.bases, `${hash}-${architecture}`);
  const known = rebuild ? undefined : await readRecord(folder);
  const { record, sha256 } = known ?? (await makeBase(line, { architecture, folder, report }));
  // Its content is part of its name: the engine may have an older one, or another checkout's, of the same recipe.
  const image = `valkey-bundle-base:${hash}-${sha256.slice(0, 16)}`;
  for (const note of record.notes) report(`Note: ${note}`);
  if (!known || !(await imageId(image))) {
    const args = { VALKEY_VERSION: upstreamVersion(record.valkey.version) };
    const dockerfile = join(paths.docker, 'base/Dockerfile');
    await buildImage({ tag: image, context: folder, dockerfile, args, repeat: 'npm run image' }, report);
  }
  return { image, record };
}

/** The record, and what base.json is itself. */
interface KeptRecord {
  readonly record: ArchiveRecord;
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
    const record = archiveRecord.parse({ ...packages, installed });
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
  const read = text === null ? null : parseJson(text, archiveRecord);
  // Never made, or made by something older: make it again.
  return text !== null && read?.ok ? { record: read.value, sha256: sha256(text) } : undefined;
}

/** The archive's, and Docker's, name of this machine's architecture. */
function debianArchitecture(): 'amd64' | 'arm64' {
  if (process.arch === 'x64') return 'amd64';
  if (process.arch === 'arm64') return 'arm64';
  throw new Error(`The local image is built for x64 and arm64, and this machine is ${process.arch}.`);
}

/**
 * Sixteen hexadecimal digits that change when the base would. The state of the archive is no part of it: a base is kept
 * until asked.
 */
export async function recipeHash(line: ArchiveLine, architecture: string): Promise<string> {
  const data = JSON.stringify([architecture, line.base, line.valkey, line.modules]);
  const shapedBy = ['docker/base', 'docker/layout.sh', 'scripts/image/base-rootfs.ts'];
  return (await sha256OfSources(data, paths.root, shapedBy)).slice(0, 16);
}
