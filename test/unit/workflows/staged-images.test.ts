import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeStaged } from '../../../scripts/publish/release-files.ts';
import { stagedImages } from '../../../scripts/workflows/staged-images.ts';

const image = (variant: string, platform: 'linux/amd64' | 'linux/arm64') => ({
  line: '9.0',
  variant,
  platform,
  repository: 'ghcr.io/o/r',
  digest: `sha256:${'1'.repeat(64)}`,
  valkey: '9.0.4',
  inputs: 'e'.repeat(64),
  lock: 'f'.repeat(64),
});

test('every image of the platform that was staged is looked at, by its digest', async () => {
  const dist = await mkdtemp(join(tmpdir(), 'staged-'));
  onTestFinished(() => rm(dist, { recursive: true }));
  const workspace = { modules: dist, dist };
  await writeStaged(workspace, '9.0', 'linux/amd64', [
    image('default', 'linux/amd64'),
    image('coordinator', 'linux/amd64'),
  ]);
  await writeStaged(workspace, '9.0', 'linux/arm64', [image('default', 'linux/arm64')]);
  const found = await stagedImages(workspace, '9.0', 'linux/amd64');
  expect(found.map(({ variant, platform }) => `${variant} ${platform}`)).toEqual([
    'default linux/amd64',
    'coordinator linux/amd64',
  ]);
  expect(found[0]?.reference).toBe(`ghcr.io/o/r@sha256:${'1'.repeat(64)}`);
});

test('nothing staged is an error: a step that looks at no image would pass', async () => {
  const workspace = { modules: '/nonexistent', dist: '/nonexistent' };
  await expect(stagedImages(workspace, '9.0', 'linux/amd64')).rejects.toMatchObject({ code: 'VP520' });
});
