import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { entrypointInputs } from '../../../scripts/lib/entrypoint-build.ts';

describe('the number of what the entrypoint is made of', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'entrypoint-'));
  });
  afterEach(() => rm(root, { recursive: true }));
  const hash = (manifests = '[]') => entrypointInputs({ __MANIFESTS__: manifests }, root);

  it('is another one if other manifests are put in, whatever made them so', async () => {
    expect(await hash('[{"name":"search","loadAfter":[]}]')).not.toBe(await hash('[{"name":"search"}]'));
  });

  it.each<[path: string, becomes: 'another one' | 'the same']>([
    ['entrypoint/more.ts', 'another one'],
    ['scripts/lib/entrypoint-rehearsal/files.ts', 'another one'],
    ['scripts/lib/single-executable/start.ts', 'another one'],
    ['tsconfig.json', 'another one'],
    ['package-lock.json', 'another one'],
    // What of a manifest goes in is in the text.
    ['modules/search/README.md', 'the same'],
    ['modules/releases/9.0.yaml', 'the same'],
  ])('after a change of %s is %s', async (path, becomes) => {
    const before = await hash();
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), 'more');
    expect((await hash()) === before ? 'the same' : 'another one').toBe(becomes);
  });
});
