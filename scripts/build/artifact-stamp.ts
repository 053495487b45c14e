import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildPlan } from '../graph/build-plan.ts';
import type { Graph } from '../graph/graph.ts';
import { sha256, sha256OfFile } from '../lib/hash.ts';
import { jsonIfWhole } from '../lib/json.ts';
import { buildRecord } from '../pipeline/records.ts';
import { builders } from './place-graph.ts';

/** The file beside an artifact that says what it was made of. */
export const stampFile = 'inputs.sha256';

/** The file beside base.json that says in which base it was read. */
export const baseStampFile = 'base.sha256';

/**
 * What each module is made of, as one number a module: its stages, builder scripts, record, source by its id, and the base by name and id. `base` has the stamp of what is read in the base.
 */
export async function stampsOf(
  plan: BuildPlan,
  graph: Graph,
  base: string,
): Promise<{ modules: ReadonlyMap<string, string>; base: string }> {
  const scripts = await scriptsByName();
  const hash = (...parts: readonly unknown[]): string => sha256(JSON.stringify(parts));
  const common = ['apt.sh', 'rust.sh', 'environment.sh', 'finish.sh'];
  const modules = plan.modules.map(({ name, build, id }): [string, string] => {
    const used = [...common, `${build.builder}.sh`].map((script) => scripts.get(script));
    return [name, hash(base, graph.recipes[name], id, used)];
  });
  return { modules: new Map(modules), base: hash(base, scripts.get('base-record.sh')) };
}

async function scriptsByName(): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(builders)).filter((name) => name.endsWith('.sh'));
  return new Map(
    await Promise.all(
      names.map(async (name): Promise<[string, string]> => [name, await readFile(join(builders, name), 'utf8')]),
    ),
  );
}

/** Whether a folder holds a whole artifact of just these inputs: stamp, record, and a file whose bytes are those of the record. */
export async function isCurrent(folder: string, stamp: string): Promise<boolean> {
  try {
    if ((await readFile(join(folder, stampFile), 'utf8')) !== stamp) return false;
    const record = await jsonIfWhole(join(folder, 'build.json'), buildRecord);
    return record !== null && (await sha256OfFile(join(folder, record.file))) === record.sha256;
  } catch {
    // Never built, or something of it is missing or damaged: build it again.
    return false;
  }
}
