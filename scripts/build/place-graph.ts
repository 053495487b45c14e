import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { jobsFile } from '../graph/bake.ts';
import type { Graph } from '../graph/graph.ts';
import { paths } from '../lib/image-paths.ts';
import { jsonText } from '../lib/json.ts';
import type { Share } from './schedule.ts';

/** The scripts that the stages run. */
export const builders = join(paths.docker, 'builders');

/** Writes a graph and what its stages read under dist/bake/<line>. The same graph gives the same files. */
export async function placeGraph(dist: string, graph: Graph): Promise<void> {
  const folder = join(dist, graph.folder);
  await mkdir(join(folder, 'builders'), { recursive: true });
  await writeFile(join(folder, 'Dockerfile'), graph.dockerfile);
  await writeFile(join(folder, 'bake.json'), jsonText(graph.bake));
  await writeFile(join(folder, 'anew.json'), jsonText(graph.anew));
  for (const [path, text] of Object.entries(graph.files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  for (const name of await readdir(builders))
    if (name.endsWith('.sh')) await copyFile(join(builders, name), join(folder, 'builders', name));
}

/**
 * Writes what each build of a group may take, where its stage finds it as a secret: no part of what the stage is cached under. A build
 * without cache leaves the compiler's cache alone too.
 */
export async function placeJobs(
  dist: string,
  folder: string,
  group: readonly Share[],
  compilerCache: boolean,
): Promise<void> {
  await mkdir(join(dist, folder, 'jobs'), { recursive: true });
  for (const { name, jobs, firstCpu } of group)
    await writeFile(join(dist, jobsFile(folder, name)), `${jobs} ${firstCpu} ${compilerCache ? 'on' : 'off'}\n`);
}
