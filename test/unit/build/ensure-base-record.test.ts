import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { baseStampFile } from '../../../scripts/build/artifact-stamp.ts';
import { ensureBaseRecord } from '../../../scripts/build/ensure-base-record.ts';
import { incomingBase } from '../../../scripts/graph/bake.ts';

describe('the record of a base', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'base-record-'));
    await mkdir(join(folder, 'from', incomingBase), { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true }));

  const name = 'base@sha256:1';
  const base = {
    ...{ from: name, name, reference: 'base', digest: null },
    ...{ local: true, packaged: {}, epoch: null },
  };
  /** As BuildKit gives what it read in a base with that server. */
  const readingOf = (valkey: string) => async (): Promise<void> => {
    const files = {
      'packages.tsv': '',
      'libraries.tsv': '',
      'glibc.txt': 'ldd 2.41',
      'valkey.txt': `server v=${valkey}`,
    };
    for (const [file, text] of Object.entries(files)) await writeFile(join(folder, 'from', incomingBase, file), text);
  };
  const ensure = (stamp: string, bake: () => Promise<void>) =>
    ensureBaseRecord({ folder, from: join(folder, 'from'), base, platform: 'linux/amd64', stamp, bake });
  const refused = (): Promise<void> => Promise.reject(new Error('not asked for'));
  const stamp = () => readFile(join(folder, baseStampFile), 'utf8').catch(() => null);

  it('is read once in a base, and again in another', async () => {
    expect(await ensure('one', readingOf('9.0.1'))).toMatchObject({ valkey: '9.0.1' });
    expect(await ensure('one', refused)).toMatchObject({ valkey: '9.0.1' });
    expect(await ensure('other', readingOf('9.0.2'))).toMatchObject({ valkey: '9.0.2' });
  });

  it('stays with its stamp where another base cannot be read', async () => {
    await ensure('one', readingOf('9.0.1'));
    await expect(ensure('other', refused)).rejects.toThrow('not asked for');
    expect(await ensure('one', refused)).toMatchObject({ valkey: '9.0.1' });
  });

  it('has no stamp of the base before it at the moment when it is put in place', async () => {
    await ensure('one', readingOf('9.0.1'));
    // Nothing can be put in the place of a folder: the run ends there.
    await rm(join(folder, 'base.json'));
    await mkdir(join(folder, 'base.json'));
    await expect(ensure('other', readingOf('9.0.2'))).rejects.toMatchObject({ code: 'EISDIR' });
    expect(await stamp()).toBeNull();
  });
});
