import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exclusively } from '../../../scripts/image/exclusive.ts';

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
