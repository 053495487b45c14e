import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import * as z from 'zod';
import type { ArchiveLine } from './base-line.ts';
import { layOverlay } from './base-overlay.ts';
import { fetchPackages } from './base-packages.ts';
import { recipeHash } from './base-recipe.ts';
import { makeRootfs } from './base-rootfs.ts';
import { findMirrors } from './debian-mirror.ts';
import { ensureDebianTools } from './debian-tools.ts';
import { imageId } from './engine.ts';
import { buildImage } from './engine-build.ts';
import { paths } from './image-paths.ts';

const deb = z.object({ package: z.string(), version: z.string(), suite: z.string() });

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

/** The base image of the line: kept under a name made from its recipe, and made only if that is new or `rebuild` is set. */
export async function ensureBase(line: ArchiveLine, report: (line: string) => void, rebuild = false): Promise<Base> {
  const architecture = debianArchitecture();
  const hash = await recipeHash(line, architecture);
  const folder = join(paths.bases, `${hash}-${architecture}`);
  const image = `valkey-bundle-base:${hash}`;
  const known = rebuild ? undefined : await readRecord(folder);
  const record = known ?? (await makeBase(line, { architecture, folder, report }));
  for (const note of record.notes) report(`Note: ${note}`);
  if (!known || !(await imageId(image))) {
    await buildImage({ tag: image, context: folder, dockerfile: join(paths.docker, 'base/Dockerfile') }, report);
  }
  return { image, record };
}

interface MakeBase {
  readonly architecture: string;
  readonly folder: string;
  readonly report: (line: string) => void;
}

async function makeBase(line: ArchiveLine, { architecture, folder, report }: MakeBase): Promise<BaseRecord> {
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
    await writeFile(join(result, 'base.json'), `${JSON.stringify(record, null, 2)}\n`);
    // The folder appears whole or not at all, so an interrupted build is never taken for a finished one.
    await rm(folder, { recursive: true, force: true });
    await rename(result, folder);
    return record;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function readRecord(folder: string): Promise<BaseRecord | undefined> {
  try {
    return baseRecord.parse(JSON.parse(await readFile(join(folder, 'base.json'), 'utf8')));
  } catch {
    // Never made, or made by something older: make it again.
    return undefined;
  }
}

/** The archive's, and Docker's, name of this machine's architecture. */
function debianArchitecture(): 'amd64' | 'arm64' {
  if (process.arch === 'x64') return 'amd64';
  if (process.arch === 'arm64') return 'arm64';
  throw new Error(`The local image is built for x64 and arm64, and this machine is ${process.arch}.`);
}
