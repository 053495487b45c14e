import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { artifactsPath, type Workspace } from '../../../scripts/pipeline/workspace.ts';
import { imagesToStage } from '../../../scripts/publish/stage-line.ts';
import { testInputs, testLine, testLock } from '../../support/registry-release.ts';

const images = {
  line: '9.0',
  platform: 'linux/arm64',
  inputs: testInputs,
  lock: testLock,
  variants: { default: { reference: 'a:9.0', id: 'sha256:1' }, coordinator: { reference: 'a:9.0-c', id: 'sha256:2' } },
};
const base = { reference: 'a', digest: null, valkey: '9.0.4', glibc: '2.41', packages: [], libraries: [] };
let workspace: Workspace;

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'valkey-bundle-images-'));
  workspace = { modules: join(folder, 'modules'), dist: join(folder, 'dist') };
});
afterEach(() => rm(join(workspace.dist, '..'), { recursive: true }));

async function write(files: Readonly<Record<string, unknown>>): Promise<void> {
  const folder = artifactsPath(workspace, '9.0', 'arm64');
  await mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), JSON.stringify(content));
}

const wish = () =>
  ({ workspace, line: testLine, platform: 'linux/arm64', inputs: testInputs, lock: testLock }) as const;

describe('the images to stage', () => {
  test('are those of every variant of the line, with the version that the base says', async () => {
    await write({ 'images.json': images, 'base.json': base });
    const common = { line: '9.0', platform: 'linux/arm64', valkey: '9.0.4', inputs: testInputs, lock: testLock };
    expect(await imagesToStage(wish())).toEqual([
      { ...common, variant: 'default', id: 'sha256:1' },
      { ...common, variant: 'coordinator', id: 'sha256:2' },
    ]);
  });

  test.each<[string, string, Readonly<Record<string, unknown>>]>([
    ['VP524', 'nothing was built', {}],
    ['VP524', 'there is no record of the base', { 'images.json': images }],
    ['VP524', 'they are of another line', { 'images.json': { ...images, line: '9.1' }, 'base.json': base }],
    [
      'VP524',
      'they are for another platform',
      { 'images.json': { ...images, platform: 'linux/amd64' }, 'base.json': base },
    ],
    [
      'VP524',
      'a variant was not built',
      { 'images.json': { ...images, variants: { default: images.variants.default } }, 'base.json': base },
    ],
    [
      'VP524',
      'they were assembled with another lock',
      { 'images.json': { ...images, lock: 'b'.repeat(64) }, 'base.json': base },
    ],
    [
      'VP524',
      'they were assembled of other inputs',
      { 'images.json': { ...images, inputs: 'd'.repeat(64) }, 'base.json': base },
    ],
    ['VP521', 'their record is not one', { 'images.json': { ...images, variants: ['default'] }, 'base.json': base }],
  ])('are refused with %s where %s', async (code, _, files) => {
    await write(files);
    await expect(imagesToStage(wish())).rejects.toMatchObject({ code });
  });
});
