import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inputsHash } from '../../../scripts/image-line/inputs-hash.ts';
import { recipeHash } from '../../../scripts/lib/base.ts';
import { readArchiveLine } from '../../../scripts/lib/base-line.ts';
import { paths } from '../../../scripts/lib/image-paths.ts';
import { architectureOf, nativePlatform } from '../../../scripts/pipeline/platform.ts';

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
  const hash = (line = '9.0') => inputsHash({ modules: join(root, 'modules'), dist: '' }, line, root);

  /** As the base of the line local is kept. */
  const keepBase = async (libssl: string): Promise<void> => {
    const architecture = architectureOf(nativePlatform());
    const recipe = await recipeHash(await readArchiveLine(paths.localLine), architecture);
    const folder = join(root, 'dist/base', `${recipe}-${architecture}`);
    const valkey = { package: 'valkey-tools', version: '9.1.2-1', suite: 'sid', sha256: '' };
    await mkdir(folder, { recursive: true });
    const record = { valkey, modules: {}, notes: [], installed: [`libssl3t64 ${libssl}`] };
    await writeFile(join(folder, 'base.json'), JSON.stringify(record));
  };

  it.each<[what: string, path: string, becomes: 'another one' | 'the same']>([
    ['a Cargo.lock that the project keeps for a module', 'modules/bloom/Cargo-1.0.0.lock', 'another one'],
    ['what fetches the sources', 'scripts/inputs/more.ts', 'another one'],
    ['what runs BuildKit', 'scripts/lib/programs.ts', 'another one'],
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

  it('after the base was made again of the same packages is the same, and of others is another one', async () => {
    const without = await hash('local');
    await keepBase('3.5.1-1');
    const before = await hash('local');
    await keepBase('3.5.1-1');
    expect(await hash('local')).toBe(before);
    await keepBase('3.5.1-1+deb13u1');
    expect(new Set([without, before, await hash('local')]).size).toBe(3);
  });
});
