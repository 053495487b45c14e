import type Docker from 'dockerode';
import { readLock, writeLock } from '../data/lock.ts';
import { loadManifests } from '../data/manifests.ts';
import type { ReleaseLine } from '../data/release-line.ts';
import { differences, lockDigest, wantedLine } from '../data/wanted.ts';
import { assembleLine } from '../image/assemble-line.ts';
import { buildLine, groupsOf } from '../image/build-line.ts';
import { imageTag } from '../image/labels.ts';
import { type ReadBuild, readBuild } from '../image/plan.ts';
import { engineCapacity } from '../image/schedule.ts';
import { fetchLine } from '../inputs/fetch-line.ts';
import { resolveLine } from '../inputs/resolve-line.ts';
import { nativePlatform } from '../lib/platform.ts';
import type { Workspace } from '../lib/workspace.ts';
import {
  addTime,
  type BuildTimes,
  beginTimes,
  endTimes,
  forecast,
  needsOf,
  pastOf,
  readRoom,
  readTimes,
  requireRoom,
  writeTimes,
} from './build-needs.ts';
import { hostsOf, requireHosts } from './hosts.ts';
import type { Progress, Say } from './progress.ts';

interface SourceBuild {
  readonly docker: Docker;
  readonly workspace: Workspace;
  readonly line: ReleaseLine;
  readonly variant: string;
  readonly progress: Progress;
  readonly aborted: AbortSignal;
}

/**
 * Builds a line from its sources on this machine: resolve (where the lock lacks it), fetch, build, assemble, as the
 * verbs do. What it will take is said before it begins, and what is missing is refused then: VP641, VP642 for the
 * machine, VP640 for a host. A build that was cut off goes on where it was: what is fetched stays, and so does
 * BuildKit's cache.
 */
export async function buildFromSource(build: SourceBuild): Promise<{ readonly tag: string; readonly id: string }> {
  const { docker, workspace, line, variant, progress, aborted } = build;
  const name = line.line;
  const read = readBuild(workspace, name);
  const lock = lockedAs(workspace, read);
  const before = await readTimes(workspace, name);
  const past = pastOf(before, lock);
  const groups = await groupsOf(read.plan.modules, { jobs: undefined, report: progress.warn });
  const needs = needsOf(read.plan.modules, loadManifests(workspace.modules), groups);
  const room = await readRoom(docker, workspace, (await engineCapacity()).memory);
  progress.note(`Line ${name} is built from source: ${needs.modules.toSorted().join(', ')}`);
  for (const row of forecast(needs, room, past)) progress.note(`  ${row}`);
  requireRoom(name, needs, room, past);
  await requireHosts(name, await hostsOf(workspace, read, lock === null), { progress, aborted });

  const number = numbering(lock === null ? 4 : 3);
  const began = performance.now();
  let resolved = lock;
  if (resolved === null) {
    resolved = await progress.step(
      number('Resolving: tags to commits, the base to its digest, into modules/lock.json'),
      (say) => resolveInto(build, say),
    );
  }
  const clock = openClock(workspace, name, beginTimes(before, resolved));
  await clock.add('resolve', performance.now() - began);
  const about = { workspace, line: name, platform: nativePlatform(), aborted };
  await progress.step(number('Fetching the sources'), (say) =>
    clock.step('fetch', () => fetchLine(workspace, line, readLock(workspace).lines[name], { aborted, report: say })),
  );
  await progress.step(number(`Building ${needs.modules.join(', ') || 'the base'}`), (say) =>
    clock.step('build', () => buildLine({ ...about, report: say }, () => undefined)),
  );
  const images = await progress.step(number('Assembling the image'), (say) =>
    clock.step('image', () => assembleLine({ ...about, report: say })),
  );
  await clock.end();
  const image = images.find(({ tag }) => tag === imageTag(name, variant));
  if (image === undefined) throw new Error(`the variant ${variant} of line ${name} was not assembled`);
  return image;
}

/** The digest of the line's part of the lock; null where the lock does not have all that the line asks for. */
function lockedAs({ modules }: Workspace, { line, locked }: ReadBuild): string | null {
  const missing = differences(wantedLine(line, loadManifests(modules), locked?.base), locked);
  return locked === undefined || missing.length > 0 ? null : lockDigest(locked);
}

/** Writes what the line's tags and names mean into the lock; gives the digest of its part. */
async function resolveInto({ workspace, line, aborted }: SourceBuild, report: Say): Promise<string> {
  const resolved = await resolveLine(workspace, line, { aborted, report });
  // Read again: another run may have written other lines in the meantime.
  const lock = readLock(workspace);
  await writeLock(workspace, { ...lock, lines: { ...lock.lines, [line.line]: resolved } });
  return lockDigest(resolved);
}

/** `[2/4] title`. */
function numbering(count: number): (title: string) => string {
  let next = 1;
  return (title) => `[${next++}/${count}] ${title}`;
}

/** Keeps how long the steps take, also those that fail or are cut off: the next start tells from it. */
function openClock(workspace: Workspace, line: string, first: BuildTimes) {
  let times = first;
  const add = async (name: string, ms: number): Promise<void> => {
    times = addTime(times, name, ms);
    await writeTimes(workspace, line, times);
  };
  return {
    add,
    async step<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
      const began = performance.now();
      try {
        return await work();
      } finally {
        await add(name, performance.now() - began);
      }
    },
    async end(): Promise<void> {
      times = endTimes(times);
      await writeTimes(workspace, line, times);
    },
  };
}
