import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import * as z from 'zod';
import type { ModuleManifest } from '../../modules/schema.ts';
import { type Crate, readCargoLock } from '../data/cargo-lock.ts';
import { type LockedBase, type LockedLine, type LockedSource, readLock } from '../data/lock.ts';
import { loadManifests } from '../data/manifests.ts';
import { type BaseImageRecord, type BuildRecord, baseRecord, buildRecord } from '../image/labels.ts';
import { parseJson, textIfThere } from '../lib/files.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import type { Architecture } from '../lib/platform.ts';
import { artifactsPath, paths, type Workspace } from '../lib/workspace.ts';

type Module = SbomInputs['modules'][number];

/**
 * Reads what the build of a line wrote down. Throws VP601 for what is missing, VP602 and VP603 for what cannot be true,
 * and what reading the lock and the manifests throws.
 */
export async function readSbomInputs(
  workspace: Workspace,
  line: string,
  architecture: Architecture,
): Promise<SbomInputs> {
  const folder = artifactsPath(workspace, line, architecture);
  const locked = readLock(workspace).lines[line] ?? null;
  const base = readRecord(join(folder, 'base.json'), baseRecord);
  const manifests = loadManifests(workspace.modules);
  const modules: Module[] = [];
  for (const name of await moduleNames(folder, locked)) modules.push(readModule(name, folder, locked, manifests));
  const entrypoint = { version: await ownVersion(), node: process.versions.node };
  return {
    line,
    architecture,
    entrypoint,
    base,
    lockedBase: locked?.base ?? null,
    modules,
    epoch: newest(modules),
  };
}

/** Those of the lock: a folder that is left from an earlier build is not in the image. */
async function moduleNames(folder: string, locked: LockedLine | null): Promise<string[]> {
  if (locked !== null) return Object.keys(locked.modules).sort();
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
}

function readModule(
  name: string,
  folder: string,
  locked: LockedLine | null,
  manifests: readonly ModuleManifest[],
): Module {
  const source = locked?.modules[name];
  if (source?.kind === 'debian-package') {
    const { file = '', licence = '' } = manifests.find((manifest) => manifest.name === name) ?? {};
    return { kind: 'packaged', name, file, licence, source };
  }
  const path = join(folder, name, 'build.json');
  const record = readRecord(path, buildRecord);
  if (source !== undefined) requireLocked(record, source, path);
  const cargoLock = textIfThere(join(folder, name, 'Cargo.lock'));
  return {
    kind: 'built',
    record,
    crates: cargoLock === null ? [] : readCargoLock(cargoLock, join(folder, name, 'Cargo.lock')),
  };
}

function requireLocked(
  record: BuildRecord,
  source: Exclude<LockedLine['modules'][string], { kind: 'debian-package' }>,
  where: string,
): void {
  const [built, wanted] = source.kind === 'git' ? [record.commit, source.commit] : [record.tag, source.version];
  if (built === wanted) return;
  const what = `${record.module} was built from ${built ?? 'no commit'}, the lock says ${wanted}`;
  throw new PipelineError('VP603', what, { where });
}

function readRecord<Schema extends z.ZodType>(path: string, schema: Schema): z.output<Schema> {
  const text = textIfThere(path);
  if (text === null) throw new PipelineError('VP601', 'there is no such file', { where: path });
  const read = parseJson(text, schema);
  if (read.ok) return read.value;
  const { what, cause } = read;
  throw read.problem === 'syntax'
    ? new PipelineError('VP602', what, { where: path, cause })
    : new PipelineError('VP602', 'it has another form', { where: path, details: what });
}

/** The entrypoint's version is that of the package, as its own build takes it. */
async function ownVersion(): Promise<string> {
  const text = await readFile(join(paths.root, 'package.json'), 'utf8');
  return z.looseObject({ version: z.string() }).parse(JSON.parse(text)).version;
}

/**
 * SOURCE_DATE_EPOCH of the verb; else the newest of the builds' own, which are the moments of their sources; null where
 * neither is there.
 */
function newest(modules: readonly Module[]): number | null {
  const given = process.env['SOURCE_DATE_EPOCH'];
  const builds = modules.map((entry) => (entry.kind === 'built' ? entry.record.epoch : 0));
  const epochs = (given ? [given] : builds).map(Number).filter((epoch) => Number.isInteger(epoch) && epoch > 0);
  return epochs.length === 0 ? null : Math.max(...epochs);
}

/** The list of components is made from what the build wrote down, and from nothing else. */
export interface SbomInputs {
  readonly line: string;
  readonly architecture: Architecture;
  /** Our own version, and that of the Node inside the entrypoint. */
  readonly entrypoint: { readonly version: string; readonly node: string };
  readonly base: BaseImageRecord;
  /** The base as the lock has it; null where the lock does not have the line. */
  readonly lockedBase: LockedBase | null;
  /** In the order of their names. */
  readonly modules: readonly (BuiltModule | PackagedModule)[];
  /** Seconds since 1970, of the newest thing that is known to be in it; null where nothing says. */
  readonly epoch: number | null;
}

export interface BuiltModule {
  readonly kind: 'built';
  readonly record: BuildRecord;
  /** The packages of its Cargo.lock; empty where there is none. */
  readonly crates: readonly Crate[];
}

/** A module that came with the base, out of a binary package of the Debian archive. */
export interface PackagedModule {
  readonly kind: 'packaged';
  readonly name: string;
  readonly file: string;
  readonly licence: string;
  readonly source: Extract<LockedSource, { kind: 'debian-package' }>;
}
