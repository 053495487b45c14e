import { stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type Docker from 'dockerode';
import * as z from 'zod';
import type { ModuleManifest } from '../../modules/schema.ts';
import type { PlannedModule } from '../image/plan.ts';
import type { Share } from '../image/schedule.ts';
import { jsonIfWhole, writeJson } from '../lib/files.ts';
import { sightFromHere } from '../lib/owner.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import { architectureOf, nativePlatform } from '../lib/platform.ts';
import type { Workspace } from '../lib/workspace.ts';

/** What building a line takes of a machine. All of it in MiB. */
export interface BuildNeeds {
  /** In the order in which their builds begin: the longest first. */
  readonly modules: readonly string[];
  /** Of the module whose compiler wants the most. */
  readonly memory: { readonly module: string; readonly perJob: number; readonly jobs: number } | null;
  /** An allowance, not a measurement. */
  readonly disk: number;
}

/** Debian's base, the toolchains and the images themselves. */
const AROUND_MIB = 2048;

/** `groups`: the builds as they are scheduled. */
export function needsOf(
  modules: readonly Pick<PlannedModule, 'name' | 'memoryPerJob'>[],
  manifests: readonly Pick<ModuleManifest, 'name' | 'build'>[],
  groups: readonly (readonly Share[])[],
): BuildNeeds {
  const shares = groups.flat();
  const hungriest = modules.toSorted((one, other) => other.memoryPerJob - one.memoryPerJob)[0];
  const disks = modules.map(({ name }) => manifests.find((one) => one.name === name)?.build?.disk ?? 0);
  return {
    modules: shares.map(({ name }) => name),
    memory:
      hungriest === undefined
        ? null
        : {
            module: hungriest.name,
            perJob: hungriest.memoryPerJob,
            jobs: shares.find(({ name }) => name === hungriest.name)?.jobs ?? 1,
          },
    disk: disks.reduce((sum, one) => sum + one, AROUND_MIB),
  };
}

/** What this machine, and that of the engine, have for a build. In MiB. */
export interface Room {
  /** What builds may take of the memory of the engine's machine. */
  readonly memory: number;
  readonly disks: readonly Disk[];
}

interface Disk {
  readonly what: string;
  readonly path: string;
  /** null: it is on another machine, and nobody says. */
  readonly free: number | null;
  /** How much of the whole it holds. */
  readonly share: number;
}

/** The sources and what is built of them: all else is in the engine. */
const SOURCES_SHARE = 0.25;

export async function readRoom(docker: Docker, { dist }: Workspace, memory: number): Promise<Room> {
  const { DockerRootDir: root }: { DockerRootDir: string } = await docker.info();
  const project = join(dist, '..');
  const engine = sightFromHere().isEngineHere ? await freeOn(root) : null;
  const here = await freeOn(project);
  const disks = [{ what: 'the engine', path: root, free: engine?.free ?? null, share: 1 }];
  if (here !== null && here.device !== engine?.device)
    disks.push({ what: 'the project', path: project, free: here.free, share: SOURCES_SHARE });
  return { memory, disks };
}

async function freeOn(path: string): Promise<{ readonly free: number; readonly device: number } | null> {
  try {
    const [{ bavail, bsize }, { dev }] = await Promise.all([statfs(path), stat(path)]);
    return { free: Math.floor((bavail * bsize) / 1024 ** 2), device: dev };
  } catch {
    // The engine runs in a virtual machine, or nobody but root may look.
    return null;
  }
}

/** How an earlier build of the line on this machine went. */
export type Past =
  | { readonly kind: 'never' }
  /** Of the same inputs, to its end: all of it is in the cache, unless that was cleared. */
  | { readonly kind: 'same'; readonly ms: number }
  /** Of the same inputs; it goes on where it was cut off, after so long. */
  | { readonly kind: 'cut off'; readonly ms: number; readonly lastMs: number | null }
  /** Of other inputs. */
  | { readonly kind: 'other'; readonly ms: number };

/**
 * Throws VP641 or VP642 where the machine cannot do it. What was built to its end before needs nothing more.
 */
export function requireRoom(line: string, needs: BuildNeeds, room: Room, past: Past): void {
  if (past.kind === 'same') return;
  const where = `line ${line}`;
  const { memory, disk } = needs;
  if (memory !== null && memory.perJob > room.memory) {
    const what = `one job of ${memory.module} needs ${memory.perJob} MiB, and builds have ${room.memory} MiB on the machine of the engine`;
    throw new PipelineError('VP641', what, { where });
  }
  for (const { what, path, free, share } of room.disks) {
    const needed = Math.ceil(disk * share);
    if (free === null || free >= needed) continue;
    const said = `${what} has ${gibibytes(free)} free on ${path}, and the build is allowed ${gibibytes(needed)} there`;
    throw new PipelineError('VP642', said, { where });
  }
}

/** Lines for the user, before anything begins: what the build will take, and where that is known from. */
export function forecast(needs: BuildNeeds, room: Room, past: Past): string[] {
  const [longest] = needs.modules;
  const long = longest === undefined ? '' : `; ${longest} is the long one`;
  const { memory, disk } = needs;
  return [
    `time    ${showPast(past)}${past.kind === 'same' ? '' : long}`,
    ...(memory === null
      ? []
      : [
          `memory  ${memory.perJob} MiB a job of ${memory.module}, ${jobs(memory.jobs)} at a time; builds have ${room.memory} MiB here`,
        ]),
    `disk    ${gibibytes(disk)} are allowed for (no measurement); ${room.disks.map(showDisk).join(', ')}`,
  ];
}

function showPast(past: Past): string {
  switch (past.kind) {
    case 'never':
      return 'not known: this machine has not built the line yet';
    case 'same':
      return `seconds, from the cache: the same was built here before, in ${duration(past.ms)}`;
    case 'cut off': {
      const last = past.lastMs === null ? '' : `, of about ${duration(past.lastMs)} by the last whole build`;
      return `goes on where it was cut off after ${duration(past.ms)}${last}`;
    }
    case 'other':
      return `about ${duration(past.ms)}, by the last build here, which had other inputs`;
  }
}

function showDisk({ what, path, free }: Disk): string {
  return free === null ? `${what}'s disk cannot be seen from here` : `${gibibytes(free)} free on ${path} (${what})`;
}

const jobs = (count: number): string => (count === 1 ? '1 job' : `${count} jobs`);

function gibibytes(mebibytes: number): string {
  return `${(mebibytes / 1024).toFixed(1)} GiB`;
}

/** `2 h 5 min`, `41 min`, `12 s`: as exact as an estimate is. */
function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** dist/start/<line>-<architecture>.json: how long building the line took here. */
const buildTimes = z.strictObject({
  /** lockOfLine: the inputs that it was about. */
  lock: z.string(),
  /** It came to its end. */
  done: z.boolean(),
  /** By step; what was cut off counts, too. */
  ms: z.record(z.string(), z.number().nonnegative()),
  /** Of the last build that came to its end, all steps; null: none did. */
  lastMs: z.number().nonnegative().nullable(),
});

export type BuildTimes = z.infer<typeof buildTimes>;

const timesPath = ({ dist }: Workspace, line: string): string =>
  join(dist, 'start', `${line}-${architectureOf(nativePlatform())}.json`);

export function readTimes(workspace: Workspace, line: string): Promise<BuildTimes | null> {
  return jsonIfWhole(timesPath(workspace, line), buildTimes);
}

export async function writeTimes(workspace: Workspace, line: string, times: BuildTimes): Promise<void> {
  await writeJson(timesPath(workspace, line), times);
}

/** `lock`: of what is to be built now; null where it is not resolved yet. */
export function pastOf(times: BuildTimes | null, lock: string | null): Past {
  if (times === null) return { kind: 'never' };
  const ms = totalMs(times);
  if (times.lock !== lock) return times.lastMs === null ? { kind: 'never' } : { kind: 'other', ms: times.lastMs };
  return times.done ? { kind: 'same', ms } : { kind: 'cut off', ms, lastMs: times.lastMs };
}

/** The record to begin with: a build of the same inputs that was cut off is the same build. */
export function beginTimes(before: BuildTimes | null, lock: string): BuildTimes {
  if (before?.lock === lock) return before;
  return { lock, done: false, ms: {}, lastMs: before?.lastMs ?? null };
}

/** The record after a step. One of a build that had come to its end stays: from the cache it takes no time. */
export function addTime(times: BuildTimes, step: string, ms: number): BuildTimes {
  if (times.done) return times;
  return { ...times, ms: { ...times.ms, [step]: (times.ms[step] ?? 0) + ms } };
}

export function endTimes(times: BuildTimes): BuildTimes {
  return times.done ? times : { ...times, done: true, lastMs: totalMs(times) };
}

function totalMs({ ms }: BuildTimes): number {
  return Object.values(ms).reduce((sum, one) => sum + one, 0);
}
