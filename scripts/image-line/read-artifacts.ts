import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildPlan, PlannedModule } from '../graph/build-plan.ts';
import { architectureOf, type Platform } from '../pipeline/platform.ts';
import { type BaseImageRecord, type BuildRecord, baseRecord, buildRecord } from '../pipeline/records.ts';
import { artifactsPath, type Workspace } from '../pipeline/workspace.ts';
import { PipelineError } from '../problems/pipeline-error.ts';

export interface LineArtifacts {
  /** dist/artifacts/<line>/<arch>. */
  readonly folder: string;
  readonly base: BaseImageRecord;
  readonly built: readonly BuildRecord[];
}

/**
 * What `npm run build` left of a line. Throws VP308 for a module that is missing, damaged, or was built from another source or on another
 * base than the plan and `base` (as records call it) say.
 */
export async function readArtifacts(
  workspace: Workspace,
  plan: BuildPlan,
  platform: Platform,
  base: string,
): Promise<LineArtifacts> {
  const folder = artifactsPath(workspace, plan.line, architectureOf(platform));
  const missing = (what: string): PipelineError =>
    new PipelineError('VP308', what, {
      where: folder,
      fix: `npm run build -- --line ${plan.line} --platform ${platform}`,
    });
  const record = await readJson(join(folder, 'base.json'), (value) => baseRecord.parse(value));
  if (record === null) throw missing('there is no base.json');
  const built: BuildRecord[] = [];
  for (const module of plan.modules) {
    const one = await readJson(join(folder, module.name, 'build.json'), (value) => buildRecord.parse(value));
    if (one === null) throw missing(`the module ${module.name} is not there`);
    const why = differs(one, module, base) ?? (await isDamaged(join(folder, module.name), one));
    if (why !== null) throw missing(`the module ${module.name} ${why}`);
    built.push(one);
  }
  return { folder, base: record, built };
}

function differs(record: BuildRecord, { tag, commit, file }: PlannedModule, base: string): string | null {
  if (record.commit !== commit || record.tag !== tag)
    return `was built from ${record.commit ?? record.tag}, the lock says ${commit ?? tag}`;
  if (record.builderImage !== base) return `was built on ${record.builderImage}, the base is ${base}`;
  return record.file === file ? null : `is ${record.file}, the manifest says ${file}`;
}

async function isDamaged(folder: string, { file, sha256 }: BuildRecord): Promise<string | null> {
  const bytes = await readFile(join(folder, file)).catch(() => null);
  if (bytes === null) return `has lost its file ${file}`;
  return createHash('sha256').update(bytes).digest('hex') === sha256 ? null : 'is not what build.json says';
}

/** The content of a file, or null where it is missing or of another form: then it has to be built again. */
async function readJson<Content>(path: string, parse: (value: unknown) => Content): Promise<Content | null> {
  try {
    return parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return null;
  }
}
