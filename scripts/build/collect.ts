import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ArtifactProblem, checkArtifact } from '../artifacts/check-artifact.ts';
import type { Hardening } from '../artifacts/shared-object.ts';
import type { PlannedModule } from '../graph/build-plan.ts';
import { jsonText } from '../lib/json.ts';
import type { Architecture } from '../pipeline/platform.ts';
import { type BaseImageRecord, type BuildRecord, buildRecord } from '../pipeline/records.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import { readCargoLock } from '../supply/sbom-inputs.ts';
import { stampFile } from './artifact-stamp.ts';

export interface Collected {
  readonly record: BuildRecord;
  readonly hardening: Hardening;
}

export interface Collecting {
  /** Where bake wrote the artifact. */
  readonly from: string;
  /** Where the checked artifact belongs: <module>/ of dist/artifacts. */
  readonly to: string;
  readonly architecture: Architecture;
  readonly base: BaseImageRecord;
  readonly stamp: string;
  /** Whether the source brought its Cargo.lock: else cargo chose the versions. */
  readonly cratesPinned: boolean;
}

/**
 * Checks what a module's build gave and puts it in its place, whole or not at all. Throws VP302 where there is no file, VP303 to VP307 where
 * the server would not load it: then it stays where bake wrote it, and what was there before stays too.
 */
export async function collect(module: PlannedModule, options: Collecting): Promise<Collected> {
  const { from, to, architecture, base, stamp, cratesPinned } = options;
  const file = join(from, module.file);
  const bytes = await readFile(file).catch(() => undefined);
  if (bytes === undefined || bytes.length === 0) {
    throw new PipelineError('VP302', `the build of ${module.name} gave no ${module.file}`, { where: from });
  }
  const { problems, object } = checkArtifact(bytes, architecture, base);
  const [first] = problems;
  if (first !== undefined || object === undefined) throw artifactError(module.name, file, problems);

  const record = buildRecord.parse(JSON.parse(await readFile(join(from, 'build.json'), 'utf8')));
  const lock = await readFile(join(from, 'Cargo.lock'), 'utf8').catch(() => null);
  const crates = lock === null ? [] : cratesOf(lock, cratesPinned);
  const whole: BuildRecord = { ...record, dependencies: [...record.dependencies, ...crates] };
  await writeFile(join(from, 'build.json'), jsonText(whole));
  // An export to a folder keeps modes; one that came over a network or an archive might not.
  await chmod(file, 0o755);
  // buildx gives the folder to its user alone.
  await chmod(from, 0o755);
  await writeFile(join(from, stampFile), stamp);
  await replaceFolder(from, to);
  return { record: whole, hardening: object.hardening };
}

function artifactError(name: string, file: string, problems: readonly ArtifactProblem[]): PipelineError {
  const code = problems[0]?.code ?? 'VP307';
  const sentences = problems.map(({ code: each, what }) => `  ${each} ${what}`).join('\n');
  return new PipelineError(code, `the module ${name} would not load`, { where: file, details: sentences });
}

/** Puts a folder in the place of another by renaming: a reader sees the one or the other. */
async function replaceFolder(from: string, to: string): Promise<void> {
  const old = `${to}.old`;
  await rm(old, { recursive: true, force: true });
  await mkdir(join(to, '..'), { recursive: true });
  if (await stat(to).catch(() => undefined)) await rename(to, old);
  await rename(from, to);
  await rm(old, { recursive: true, force: true });
}

/**
 * The crates that a Cargo.lock names, as dependencies of build.json. `pinned`: the lock was there before the build; otherwise cargo chose
 * the versions of that day.
 */
export function cratesOf(cargoLock: string, pinned: boolean): BuildRecord['dependencies'] {
  return readCargoLock(cargoLock).map(({ name, version, source }) => ({ name, origin: source, version, pinned }));
}
