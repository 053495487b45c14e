import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { paths } from '../../scripts/lib/workspace.ts';
import { images, label, requireImage } from '../support/docker-engine.ts';
import { blocksOf, readPage } from '../support/pages.ts';
import { longTestMs } from '../support/patience.ts';

const page = 'docs/testcontainers.md';
const programs = blocksOf(readPage(page), page).filter(({ kind }) => kind.kind === 'data' && kind.language === 'ts');

beforeAll(() => requireImage(images.local));

describe(`the programs of ${page}`, () => {
  it.each(programs)('the one from line $line on starts the image, talks to it and ends', async ({ body }) => {
    // Below the project's root, where its packages are found.
    const file = join(paths.root, 'dist', `page-${randomUUID().slice(0, 8)}.ts`);
    const ours = body
      .replaceAll('valkey-bundle:local', images.local)
      .replace(/^ *\.start\(\)|(?<=\))\.start\(\)/m, (start) => `.withLabels(${JSON.stringify(label)})${start.trim()}`);
    await mkdir(join(paths.root, 'dist'), { recursive: true });
    await writeFile(file, ours);
    try {
      // Its helper container comes from a registry.
      const env = { TESTCONTAINERS_RYUK_DISABLED: 'true' };
      const ran = await execa(process.execPath, [file], { env, all: true, reject: false, timeout: longTestMs });
      expect(ran.exitCode, ran.all).toBe(0);
    } finally {
      await rm(file, { force: true });
    }
  });

  it('are one for each way', () => {
    expect(programs).toHaveLength(2);
  });
});
