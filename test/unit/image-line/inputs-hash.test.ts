import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inputsHash } from '../../../scripts/image-line/inputs-hash.ts';
import { paths } from '../../../scripts/lib/image-paths.ts';

describe('the number of what a line’s images are made of', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'inputs-'));
    await cp(join(paths.root, 'modules'), join(root, 'modules'), { recursive: true });
  });
  afterEach(() => rm(root, { recursive: true }));

  const write = async (path: string): Promise<void> => {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), 'version = 4\n');
  };
  const hash = () => inputsHash({ modules: join(root, 'modules'), dist: '' }, '9.0', root);

  it.each([
    ['a Cargo.lock that the project keeps for a module', 'modules/bloom/Cargo-1.0.0.lock'],
    ['what fetches the sources', 'scripts/fetch/more.ts'],
    ['a builder', 'docker/builders/more.sh'],
    ['the entrypoint', 'entrypoint/more.ts'],
  ])('is another one after a change of %s', async (_, path) => {
    const before = await hash();
    await write(path);
    expect(await hash()).not.toBe(before);
  });

  it.each([
    ['a Cargo.lock for a tag that the line does not build', 'modules/bloom/Cargo-0.0.1.lock'],
    ['a page', 'docker/MORE.md'],
    ['what publishes images', 'scripts/publish/more.ts'],
  ])('stays after a change of %s', async (_, path) => {
    const before = await hash();
    await write(path);
    expect(await hash()).toBe(before);
  });
});
