import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findSources } from '../../../scripts/build/find-sources.ts';
import { planned } from '../../support/planned-module.ts';

describe('a fetched source in the build context', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sources-'));
    await mkdir(join(folder, 'modules/x'), { recursive: true });
    await mkdir(join(folder, 'dist/sources/x/1/tree/crate'), { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true }));

  const found = async () => {
    const workspace = { modules: join(folder, 'modules'), dist: join(folder, 'dist') };
    const about = { module: 'x', kind: 'git', origin: 'o', ref: '1.0.0', id: '1', epoch: 7 } as const;
    const fetched = { x: { folder: join(folder, 'dist/sources/x/1'), record: about } };
    return (await findSources(workspace, [planned('x', { directory: 'crate' })], fetched))['x'];
  };

  it('is named from dist, with the time of its record', async () => {
    expect(await found()).toEqual({ folder: 'sources/x/1', epoch: 7, cratesPinned: false });
  });

  it('that brings a Cargo.lock has pinned crates', async () => {
    await writeFile(join(folder, 'dist/sources/x/1/tree/crate/Cargo.lock'), 'version = 4\n');
    expect(await found()).toMatchObject({ cratesPinned: true });
    expect(await found()).not.toHaveProperty('cargoLock');
  });

  it('takes the Cargo.lock that the project keeps for this tag, and for no other', async () => {
    await writeFile(join(folder, 'modules/x/Cargo-2.0.0.lock'), 'version = 4\n');
    expect(await found()).toMatchObject({ cratesPinned: false });
    await writeFile(join(folder, 'modules/x/Cargo-1.0.0.lock'), 'version = 3\n');
    expect(await found()).toMatchObject({ cratesPinned: true, cargoLock: 'version = 3\n' });
  });
});
