import { randomInt } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureBase, recipeHash } from '../../scripts/image/base.ts';
import type { ArchiveLine } from '../../scripts/image/base-packages.ts';
import { architectureOf, nativePlatform } from '../../scripts/lib/platform.ts';
import { paths } from '../../scripts/lib/workspace.ts';
import { tarOf } from '../support/docker-container.ts';
import { engine, label } from '../support/docker-engine.ts';

/** A recipe that no line has: its base is small, and nobody else's. */
const line: ArchiveLine = {
  line: 'base-test',
  base: { suite: 'trixie', epoch: randomInt(1, 2 ** 31), packages: [] },
  valkey: { package: 'valkey-tools', suites: ['sid'] },
  modules: {},
  defaults: { moduleArgs: [], directives: [] },
};
const architecture = architectureOf(nativePlatform());
const made = new Set<string>();
let folder: string;

beforeAll(async () => {
  folder = join(paths.bases, `${await recipeHash(line, architecture)}-${architecture}`);
  await mkdir(folder, { recursive: true });
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  for (const image of made) await engine.getImage(image).remove();
});

/** Puts a base in its place as a rebuild does, up to the build of its image. */
async function place(version: string): Promise<void> {
  const valkey = { package: 'valkey-tools', version, suite: 'sid', sha256: '0'.repeat(64) };
  await writeFile(join(folder, `rootfs-${architecture}.tar`), tarOf({ '/version': version }));
  await writeFile(join(folder, 'base.json'), JSON.stringify({ valkey, modules: {}, notes: [], installed: [] }));
}

async function ensure() {
  const steps: string[] = [];
  const { image, record } = await ensureBase(line, (step) => steps.push(step));
  made.add(image);
  return { steps, told: record.valkey.version, inside: await versionIn(image) };
}

async function versionIn(image: string): Promise<string> {
  const container = await engine.createContainer({ Image: image, Cmd: ['never-started'], Labels: label });
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of await container.getArchive({ path: '/version' })) chunks.push(Buffer.from(chunk));
    return /9\.\d\.\d-1/.exec(Buffer.concat(chunks).toString('latin1'))?.[0] ?? '';
  } finally {
    await container.remove();
  }
}

it('after a rebuild that was cut off before its image was built, the image is the one that base.json tells of', async () => {
  await place('9.1.2-1');
  expect(await ensure()).toMatchObject({ told: '9.1.2-1', inside: '9.1.2-1' });
  await place('9.1.3-1');
  expect(await ensure()).toMatchObject({ told: '9.1.3-1', inside: '9.1.3-1' });
});

it('a base of the same recipe and other packages, as of another checkout, leaves the image of the first as it is', async () => {
  await place('9.1.2-1');
  await ensure();
  await place('9.1.4-1');
  expect(await ensure()).toMatchObject({ told: '9.1.4-1', inside: '9.1.4-1' });
  await place('9.1.2-1');
  expect(await ensure()).toEqual({ told: '9.1.2-1', inside: '9.1.2-1', steps: [] });
});
