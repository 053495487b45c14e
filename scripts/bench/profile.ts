import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { embeddedManifests, REHEARSAL } from '../image/entrypoint-build.ts';
import { buildExecutable } from '../image/single-executable.ts';
import { paths } from '../lib/image-paths.ts';
import { CONF, folders, OUTPUT, PROGRAMS } from './container.ts';
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

/** Builds the watched entrypoint as the real one is built, from the same stripped Node. */
async function buildWatched(node: string, output: string): Promise<void> {
  await mkdir(paths.contexts, { recursive: true });
  const work = await mkdtemp(join(paths.contexts, 'watched-'));
  try {
    const define = { __MANIFESTS__: embeddedManifests() };
    const input = join(import.meta.dirname, 'profile', 'main.ts');
    await buildExecutable({ input, define, rehearsal: REHEARSAL, node, work, output });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
