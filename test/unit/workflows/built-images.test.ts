import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ImageRecord } from '../../../scripts/pipeline/records.ts';
import { artifactsPath } from '../../../scripts/pipeline/workspace.ts';
import { builtImages } from '../../../scripts/workflows/built-images.ts';

const id = `sha256:${'1'.repeat(64)}`;
const record: ImageRecord = {
  line: '9.0',
  platform: 'linux/amd64',
  inputs: 'e'.repeat(64),
  lock: 'f'.repeat(64),
  variants: { default: { reference: 'valkey-bundle-line:9.0', id } },
};

test('every image that was built is looked at by its id: its name may be another image’s by now', async () => {
  const dist = await mkdtemp(join(tmpdir(), 'built-'));
  onTestFinished(() => rm(dist, { recursive: true }));
  const workspace = { modules: dist, dist };
  const folder = artifactsPath(workspace, '9.0', 'amd64');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'images.json'), JSON.stringify(record));
  expect(await builtImages(workspace, '9.0', 'linux/amd64')).toEqual([
    { reference: id, line: '9.0', variant: 'default', platform: 'linux/amd64' },
  ]);
});

test('nothing built is an error: a step that looks at no image would pass', async () => {
  const workspace = { modules: '/nonexistent', dist: '/nonexistent' };
  await expect(builtImages(workspace, '9.0', 'linux/amd64')).rejects.toMatchObject({ code: 'VP524' });
});
