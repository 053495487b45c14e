import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exclusively } from '../../../scripts/build/exclusive.ts';
import { readJobs, repeatCommand, withJobs } from '../../../scripts/build/read-options.ts';
import { planned } from '../../support/planned-module.ts';

const machine = { cores: 4, memory: 8000 };
const refused = expect.objectContaining({ code: 'VP901' });

describe('--jobs', () => {
  it('is so many jobs, whatever the memory, and a note where that may be short', () => {
    const notes: string[] = [];
    expect(readJobs('12')).toBe(12);
    expect(withJobs(12, machine, [], (line) => notes.push(line))).toEqual({
      cores: 12,
      memory: Number.POSITIVE_INFINITY,
    });
    expect(notes).toEqual([]);
    const search = planned('search', { memoryPerJob: 2560 });
    withJobs(12, machine, [search], (line) => notes.push(line));
    expect(notes).toEqual([expect.stringContaining('30720 MiB')]);
  });

  it.each(['0', '-1', 'x', '1.5', '', '2x', '10000'])('%j is refused', (text) => {
    expect(() => readJobs(text)).toThrow(refused);
  });
});

describe('the command that repeats a build', () => {
  it('has what the user gave, and the module that failed', () => {
    const values = { line: 'local', platform: undefined, 'no-cache': true, 'dry-run': false, jobs: '2' };
    expect(repeatCommand(values, ['search'])).toBe('npm run build -- search --line local --no-cache --jobs 2');
  });
});

describe('two builds in one folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'exclusive-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('the second is refused while the first is at work, and not afterwards', async () => {
    await exclusively(folder, async () => {
      await expect(exclusively(folder, async () => 'second')).rejects.toMatchObject({ code: 'VP906' });
    });
    expect(await exclusively(folder, async () => 'third')).toBe('third');
  });

  it.each(['999999999', 'nonsense', ''])(
    'a lock that a process left which runs no more (%j) does not count',
    async (pid) => {
      await writeFile(join(folder, '.lock'), pid);
      expect(await exclusively(folder, async () => 'done')).toBe('done');
      expect(await readdir(folder)).toEqual([]);
    },
  );

  it('a failure frees the folder', async () => {
    await expect(exclusively(folder, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await readdir(folder)).toEqual([]);
  });
});
