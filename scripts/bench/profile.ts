import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CONF, folders, OUTPUT, PROGRAMS } from './container.ts';
import { buildWatched } from './profile/build.ts';
import { type Phase, phasesOf } from './profile/phases.ts';
import type { StartTrace } from './profile/trace.ts';
import { type Effort, timeCases } from './timer.ts';

/** Where the milliseconds of a start go, from a build of the entrypoint whose door to the system is watched. */
export async function measurePhases(effort: Effort, node: string): Promise<readonly Phase[]> {
  await buildWatched(node, join(folders.programs, 'bundle-docker-entrypoint'));
  const argv = [`${PROGRAMS}/bundle-docker-entrypoint`, 'valkey-server', `${CONF}/stock.conf`];
  await timeCases([{ name: 'watched', argv, env: { BENCH_TRACE: `${OUTPUT}/trace.jsonl` } }], effort);
  const lines = (await readFile(join(folders.output, 'trace.jsonl'), 'utf8')).trimEnd().split('\n');
  return phasesOf(lines.slice(effort.warmUp).map((line) => JSON.parse(line) as StartTrace));
}
