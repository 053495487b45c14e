import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { releasePath, type Workspace } from '../../../scripts/lib/workspace.ts';
import { readPublished, stagedImages, writePublished, writeStaged } from '../../../scripts/publish/release-file.ts';

const digest = (digit: number): string => `sha256:${String(digit).repeat(64)}`;
let workspace: Workspace;

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'valkey-bundle-release-file-'));
  workspace = { modules: join(folder, 'modules'), dist: join(folder, 'dist') };
});
afterEach(() => rm(join(workspace.dist, '..'), { recursive: true }));

describe('release.json', () => {
  test('of each platform names the images that were staged for it, by digest', async () => {
    const repository = 'ghcr.io/o/r';
    const about = { line: '9.0', repository };
    await writeStaged(workspace, {
      ...{ ...about, platform: 'linux/amd64' },
      variants: { default: digest(1), coordinator: digest(2) },
    });
    await writeStaged(workspace, { ...about, platform: 'linux/arm64', variants: { default: digest(3) } });
    expect(await stagedImages(workspace, '9.0', 'linux/amd64')).toEqual([
      {
        ...{ line: '9.0', variant: 'default', platform: 'linux/amd64' },
        ...{ digest: digest(1), reference: `${repository}@${digest(1)}` },
      },
      {
        ...{ line: '9.0', variant: 'coordinator', platform: 'linux/amd64' },
        ...{ digest: digest(2), reference: `${repository}@${digest(2)}` },
      },
    ]);
    expect(await stagedImages(workspace, '9.0', 'linux/arm64')).toHaveLength(1);
  });

  test('that is missing is VP520 for who looks at the images: a step that looks at none would pass', async () => {
    await expect(stagedImages(workspace, '9.0', 'linux/amd64')).rejects.toMatchObject({
      code: 'VP520',
      message: expect.stringContaining('npm run publish -- --stage --line 9.0 --platform linux/amd64'),
    });
  });

  test('of the line is read as it was written; null before that, and VP521 in another form', async () => {
    expect(await readPublished(workspace, '9.0')).toBeNull();
    const variants = { default: { digest: digest(1), images: { 'linux/amd64': digest(2) }, tags: ['9.0'] } };
    await writePublished(workspace, { line: '9.0', repository: 'ghcr.io/o/r', variants });
    expect(await readPublished(workspace, '9.0')).toEqual({ line: '9.0', repository: 'ghcr.io/o/r', variants });
    await mkdir(releasePath(workspace, '9.1'), { recursive: true });
    await writeFile(join(releasePath(workspace, '9.1'), 'release.json'), '{"line":"9.1","variants":{}}');
    await expect(readPublished(workspace, '9.1')).rejects.toMatchObject({ code: 'VP521' });
  });
});
