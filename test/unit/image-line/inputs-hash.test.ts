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

  it.each<[what: string, path: string, becomes: 'another one' | 'the same']>([
    ['a Cargo.lock that the project keeps for a module', 'modules/bloom/Cargo-1.0.0.lock', 'another one'],
    ['what fetches the sources', 'scripts/fetch/more.ts', 'another one'],
    ['what runs BuildKit', 'scripts/tools/more.ts', 'another one'],
    ['a builder', 'docker/builders/more.sh', 'another one'],
    ['the entrypoint', 'entrypoint/more.ts', 'another one'],
    ['a Cargo.lock for a tag that the line does not build', 'modules/bloom/Cargo-0.0.1.lock', 'the same'],
    ['a page', 'docker/MORE.md', 'the same'],
    ['what publishes images', 'scripts/publish/more.ts', 'the same'],
  ])('after a change of %s (%s) is %s', async (_, path, becomes) => {
    const before = await hash();
    await write(path);
    expect((await hash()) === before ? 'the same' : 'another one').toBe(becomes);
  });
});
