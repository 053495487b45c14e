import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJobs, schedule, withJobs } from '../../../scripts/image/schedule.ts';

const upstream = [
  { name: 'bloom', memoryPerJob: 1024 },
  { name: 'json', memoryPerJob: 512 },
  { name: 'ldap', memoryPerJob: 1024 },
  { name: 'search', memoryPerJob: 2560 },
];

/** `search:4` for a build with four jobs. */
function shown(cores: number, memory: number, builds = upstream): string[] {
  return schedule(builds, { cores, memory }).map((group) => group.map(({ name, jobs }) => `${name}:${jobs}`).join(' '));
}

describe('builds share cores and memory', () => {
  it('on 4 cores and 14 GiB search has the machine, then the short ones share it', () => {
    expect(shown(4, 14_000)).toEqual(['search:4', 'bloom:2 ldap:1 json:1']);
  });

  it('on 2 cores and 20 GiB', () => {
    expect(shown(2, 20_000)).toEqual(['search:2', 'bloom:1 ldap:1', 'json:2']);
  });

  it('where memory allows search fewer jobs than there are cores, others take what is left over', () => {
    expect(shown(8, 9_000)).toEqual(['search:3 bloom:1', 'ldap:4 json:4']);
  });

  it('where memory is short, a build gets one job all the same, and is alone', () => {
    expect(shown(4, 2_000)).toEqual(['search:1', 'bloom:1 json:1', 'ldap:1']);
  });

  it('each build of a group has processors of its own', () => {
    const [group] = schedule(upstream.slice(0, 3), { cores: 8, memory: 100_000 });
    expect(group).toEqual([
      { name: 'bloom', jobs: 3, firstCpu: 0 },
      { name: 'ldap', jobs: 3, firstCpu: 3 },
      { name: 'json', jobs: 2, firstCpu: 6 },
    ]);
  });

  it('no builds need no group', () => {
    expect(schedule([], { cores: 2, memory: 1000 })).toEqual([]);
  });

  it('for any builds and any machine: every build runs once, with a job at least, and what runs together fits', () => {
    const build = fc.record({ name: fc.string(), memoryPerJob: fc.integer({ min: 1, max: 8000 }) });
    const builds = fc.uniqueArray(build, { selector: ({ name }) => name, maxLength: 12 });
    const machine = fc.record({ cores: fc.integer({ min: 1, max: 64 }), memory: fc.integer({ min: 1, max: 200_000 }) });
    fc.assert(
      fc.property(builds, machine, (wanted, { cores, memory }) => {
        const groups = schedule(wanted, { cores, memory });
        const names = groups.flat().map(({ name }) => name);
        expect(names.toSorted()).toEqual(wanted.map(({ name }) => name).toSorted());
        for (const group of groups) {
          const needed = group.map(
            ({ name, jobs }) => jobs * (wanted.find((one) => one.name === name)?.memoryPerJob ?? 0),
          );
          expect(group.every(({ jobs }) => jobs >= 1)).toBe(true);
          expect(group.reduce((sum, { jobs }) => sum + jobs, 0)).toBeLessThanOrEqual(cores);
          // One build with one job is run even where it does not fit.
          if (group.length > 1 || (group[0]?.jobs ?? 0) > 1) {
            expect(needed.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(memory);
          }
        }
      }),
    );
  });
});

const fourCores = { cores: 4, memory: 8000 };
const refused = expect.objectContaining({ code: 'VP901' });

describe('--jobs', () => {
  it('is so many jobs, whatever the memory, and a note where that may be short', () => {
    const notes: string[] = [];
    expect(readJobs('12')).toBe(12);
    expect(withJobs(12, fourCores, [], (line) => notes.push(line))).toEqual({
      cores: 12,
      memory: Number.POSITIVE_INFINITY,
    });
    expect(notes).toEqual([]);
    withJobs(12, fourCores, [{ memoryPerJob: 2560 }], (line) => notes.push(line));
    expect(notes).toEqual([expect.stringContaining('30720 MiB')]);
  });

  it.each(['0', '-1', 'x', '1.5', '', '2x', '10000'])('%j is refused', (text) => {
    expect(() => readJobs(text)).toThrow(refused);
  });
});
