import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { PipelineError } from '../../../scripts/lib/pipeline-error.ts';
import {
  addTime,
  type BuildNeeds,
  beginTimes,
  endTimes,
  forecast,
  needsOf,
  type Past,
  pastOf,
  type Room,
  readTimes,
  requireRoom,
  writeTimes,
} from '../../../scripts/start/build-needs.ts';

const never: Past = { kind: 'never' };
const needs: BuildNeeds = {
  modules: ['search', 'json'],
  memory: { module: 'search', perJob: 2560, jobs: 2 },
  disk: 10_240,
};
const roomy: Room = { memory: 8192, disks: [{ what: 'the engine', path: '/var', free: 20_480, share: 1 }] };

describe('what a build needs', () => {
  test('is the memory of the hungriest module, with its jobs, and the allowances of all on the disk', () => {
    const modules = [
      { name: 'json', memoryPerJob: 512 },
      { name: 'search', memoryPerJob: 2560 },
    ];
    const linked = { folders: [], leaveOut: [], about: [] };
    const build = { memoryPerJob: 0, dependencies: [], floating: [], linked };
    const manifests = [
      { name: 'json', build: { ...build, disk: 1000 } },
      { name: 'search', build: { ...build, disk: 8000 } },
      { name: 'other', build: { ...build, disk: 50_000 } },
    ];
    const groups = [[{ name: 'search', jobs: 3, firstCpu: 0 }], [{ name: 'json', jobs: 4, firstCpu: 0 }]];
    expect(needsOf(modules, manifests, groups)).toEqual({
      modules: ['search', 'json'],
      memory: { module: 'search', perJob: 2560, jobs: 3 },
      disk: 8000 + 1000 + 2048,
    });
  });

  test('of a line that builds no module is that of the base alone', () => {
    expect(needsOf([], [], [])).toEqual({ modules: [], memory: null, disk: 2048 });
  });
});

describe('a machine', () => {
  const refusal = (room: Room, past: Past = never): string | null => {
    try {
      requireRoom('9.0', needs, room, past);
      return null;
    } catch (error) {
      if (error instanceof PipelineError) return error.code;
      throw error;
    }
  };

  test('with enough of all is taken', () => {
    expect(() => requireRoom('9.0', needs, roomy, never)).not.toThrow();
  });

  test('without the memory for one job is refused: VP641', () => {
    expect(refusal({ ...roomy, memory: 2559 })).toBe('VP641');
    expect(refusal({ ...roomy, memory: 2560 })).toBe(null);
  });

  test('without the disk is refused: VP642', () => {
    const disk = { what: 'the engine', path: '/var', share: 1 };
    expect(refusal({ ...roomy, disks: [{ ...disk, free: 10_239 }] })).toBe('VP642');
    expect(refusal({ ...roomy, disks: [{ ...disk, free: 10_240 }] })).toBe(null);
    expect(refusal({ ...roomy, disks: [{ ...disk, share: 0.25, free: 2560 }] })).toBe(null);
  });

  test('whose disk nobody sees is taken', () => {
    const disks = [{ what: 'the engine', path: '/var', free: null, share: 1 }];
    expect(refusal({ ...roomy, disks })).toBe(null);
    expect(forecast(needs, { ...roomy, disks }, never).join('\n')).toContain('cannot be seen from here');
  });

  test('that has built the same to its end needs nothing more', () => {
    expect(refusal({ memory: 0, disks: [] }, { kind: 'same', ms: 1 })).toBe(null);
    expect(refusal({ memory: 0, disks: [] }, { kind: 'cut off', ms: 1, lastMs: null })).toBe('VP641');
  });
});

describe('the estimate', () => {
  const minute = 60_000;
  const past = (kind: Past) => forecast(needs, roomy, kind)[0];

  test.each<[title: string, kind: Past, said: RegExp]>([
    ['without an earlier build is none, and names the longest module', never, /not known.*search is the long one/],
    ['is the time of the last whole build', { kind: 'other', ms: 42 * minute }, /about 42 min/],
    [
      'of what is in the cache is short',
      { kind: 'same', ms: 125 * minute },
      /^time +seconds, from the cache.*2 h 5 min/,
    ],
    ['of a build that was cut off says where it was', { kind: 'cut off', ms: 80_000, lastMs: null }, /after 80 s/],
    ['of one that is known says the whole, too', { kind: 'cut off', ms: 1, lastMs: 9 * minute }, /about 9 min/],
  ])('%s', (_title, kind, said) => {
    expect(past(kind)).toMatch(said);
  });

  test('comes with the memory and the disk', () => {
    const [, memory, disk] = forecast(needs, roomy, never);
    expect(memory).toContain('2560 MiB a job of search, 2 jobs');
    expect(disk).toMatch(/10\.0 GiB.*20\.0 GiB free on \/var/);
  });
});

describe('the record of a build', () => {
  const begun = addTime(addTime(beginTimes(null, 'one'), 'fetch', 10), 'build', 100);

  test('of a build that was cut off goes on: its times add up', () => {
    expect(pastOf(begun, 'one')).toEqual({ kind: 'cut off', ms: 110, lastMs: null });
    const ended = endTimes(addTime(beginTimes(begun, 'one'), 'build', 40));
    expect(pastOf(ended, 'one')).toEqual({ kind: 'same', ms: 150 });
    expect(pastOf(ended, 'two')).toEqual({ kind: 'other', ms: 150 });
  });

  test('is not changed by what came from the cache', () => {
    const ended = endTimes(begun);
    expect(endTimes(addTime(beginTimes(ended, 'one'), 'build', 1))).toEqual(ended);
  });

  test('of other inputs keeps the time of the last whole build', () => {
    const other = addTime(beginTimes(endTimes(begun), 'two'), 'fetch', 5);
    expect(pastOf(other, 'two')).toEqual({ kind: 'cut off', ms: 5, lastMs: 110 });
  });

  test('is none where nothing was built to its end, and where nothing is locked yet', () => {
    expect(pastOf(null, 'one')).toEqual(never);
    expect(pastOf(begun, 'two')).toEqual(never);
    expect(pastOf(begun, null)).toEqual(never);
  });

  const folders: string[] = [];
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

  test('is read as it was written, and does without where there is none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'build-times-'));
    folders.push(folder);
    const workspace = { modules: join(folder, 'modules'), dist: join(folder, 'dist') };
    expect(await readTimes(workspace, '9.0')).toBe(null);
    await writeTimes(workspace, '9.0', begun);
    expect(await readTimes(workspace, '9.0')).toEqual(begun);
  });
});
