import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { baseStampFile, stampFile, stampsOf } from '../build/artifact-stamp.ts';
import { ownCargoLock } from '../build/own-cargo-lock.ts';
import type { PreparedBase } from '../build/prepare-base.ts';
import { buildCommand } from '../graph/build-command.ts';
import type { BuildPlan, PlannedModule } from '../graph/build-plan.ts';
import { buildGraph } from '../graph/graph.ts';
import type { PlacedSource } from '../graph/module-stage.ts';
import { sha256OfFile } from '../lib/hash.ts';
import { paths } from '../lib/image-paths.ts';
import { jsonIfWhole } from '../lib/json.ts';
import { architectureOf, type Platform } from '../pipeline/platform.ts';
import { type BaseImageRecord, type BuildRecord, baseRecord, buildRecord } from '../pipeline/records.ts';
import { artifactsPath, sourcePath, type Workspace } from '../pipeline/workspace.ts';
import { PipelineError } from '../problems/pipeline-error.ts';

export interface LineArtifacts {
  /** dist/artifacts/<line>/<arch>. */
  readonly folder: string;
  readonly base: BaseImageRecord;
  readonly built: readonly BuildRecord[];
}

/**
 * What `npm run build` left of a line. Throws VP308 for a module that is missing, damaged, or was built of other inputs than the plan, the
 * project and `base` say now, and for a record of another base.
 */
export async function readArtifacts(
  workspace: Workspace,
  plan: BuildPlan,
  platform: Platform,
  base: Pick<PreparedBase, 'from' | 'name'>,
): Promise<LineArtifacts> {
  const folder = artifactsPath(workspace, plan.line, architectureOf(platform));
  const missing = (what: string): PipelineError =>
    new PipelineError('VP308', what, {
      where: folder,
      fix: `npm run build -- --line ${plan.line} --platform ${platform}`,
    });
  const record = await jsonIfWhole(join(folder, 'base.json'), baseRecord);
  if (record === null) throw missing('there is no base.json');
  const built: BuildRecord[] = [];
  for (const module of plan.modules) {
    const one = await jsonIfWhole(join(folder, module.name, 'build.json'), buildRecord);
    if (one === null) throw missing(`the module ${module.name} is not there`);
    const why = differs(one, module, base.name) ?? (await isDamaged(join(folder, module.name), one));
    if (why !== null) throw missing(`the module ${module.name} ${why}`);
    built.push(one);
  }
  const stamps = await stampsNow(workspace, plan, platform, base, built);
  const baseStamp = await readFile(join(folder, baseStampFile), 'utf8').catch(() => null);
  if (baseStamp !== stamps.base) throw missing(`base.json was not read in ${base.name}, or not as it is read now`);
  for (const { name } of plan.modules) {
    const stamp = await readFile(join(folder, name, stampFile), 'utf8').catch(() => null);
    if (stamp === null) throw missing(`the module ${name} has no ${stampFile}`);
    if (stamp !== stamps.modules.get(name)) throw missing(`the module ${name} ${otherInputs}`);
  }
  return { folder, base: record, built };
}

const otherInputs =
  'was built with other packages, source files, libraries, licences, dependencies, build scripts or another Cargo.lock than are here now';

/** What an artifact's record tells of its inputs, in words; the stamp stands for all of them. */
function differs(record: BuildRecord, { tag, commit, file, build }: PlannedModule, base: string): string | null {
  if (record.commit !== commit || record.tag !== tag)
    return `was built from ${record.commit ?? record.tag}, the lock says ${commit ?? tag}`;
  if (record.builderImage !== base) return `was built on ${record.builderImage}, the base is ${base}`;
  if (record.file !== file) return `is ${record.file}, the manifest says ${file}`;
  const [was, is] = [record.command.join(' '), buildCommand(build).join(' ')];
  if (was !== is) return `was built by ${was}, the manifest says ${is}`;
  // The time is that of the source.
  const { SOURCE_DATE_EPOCH: _, ...environment } = record.environment;
  const names = [...new Set([...Object.keys(environment), ...Object.keys(build.environment)])];
  const other = names.find((name) => environment[name] !== build.environment[name]);
  if (other === undefined) return null;
  return `was built with ${show(other, environment)}, the manifest says ${show(other, build.environment)}`;
}

function show(name: string, environment: Readonly<Record<string, string>>): string {
  return name in environment ? `${name}=${environment[name]}` : `no ${name}`;
}

/** The stamps that `npm run build` would write now. Sources are named by what is locked, so they need not be there. */
async function stampsNow(
  workspace: Workspace,
  plan: BuildPlan,
  platform: Platform,
  base: Pick<PreparedBase, 'from' | 'name'>,
  built: readonly BuildRecord[],
): ReturnType<typeof stampsOf> {
  const sources = plan.modules.map((module, index): [string, PlacedSource] => {
    const cargoLock = ownCargoLock(workspace, module);
    const source = {
      folder: relative(workspace.dist, sourcePath(workspace, module.name, module.id ?? '')),
      epoch: Number(built[index]?.environment['SOURCE_DATE_EPOCH']),
      ...(cargoLock !== undefined && { cargoLock }),
    };
    return [module.name, source];
  });
  const imageDockerfile = await readFile(join(paths.docker, 'image.Dockerfile'), 'utf8');
  const given = { plan, platforms: [platform], base, imageDockerfile, images: [] };
  const graph = buildGraph({ ...given, sources: Object.fromEntries(sources) });
  return stampsOf(plan, graph, base.name);
}

async function isDamaged(folder: string, { file, sha256 }: BuildRecord): Promise<string | null> {
  const found = await sha256OfFile(join(folder, file)).catch(() => null);
  if (found === null) return `has lost its file ${file}`;
  return found === sha256 ? null : 'is not what build.json says';
}
