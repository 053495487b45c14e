import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { recordsOf, releaseCommands } from '../../../scripts/release-notes/github-release.ts';

const release = {
  tag: 'v9.0.4-20261122',
  title: '9.0.4',
  notes: 'notes.md',
  assets: ['lock.json'],
  commit: 'c'.repeat(40),
};

test('a release that is not there is made with its files, at the commit that was released', () => {
  expect(releaseCommands(release, false)).toEqual([
    [
      'release',
      'create',
      release.tag,
      '--title',
      '9.0.4',
      '--notes-file',
      'notes.md',
      '--target',
      release.commit,
      'lock.json',
    ],
  ]);
});

test('a release that is there is brought up to date, and its tag stays', () => {
  expect(releaseCommands(release, true)).toEqual([
    ['release', 'edit', release.tag, '--title', '9.0.4', '--notes-file', 'notes.md'],
    ['release', 'upload', release.tag, '--clobber', 'lock.json'],
  ]);
});

test('the lock and every record of the line are kept with the release, and nothing else', async () => {
  const root = await mkdtemp(join(tmpdir(), 'records-'));
  onTestFinished(() => rm(root, { recursive: true }));
  const workspace = { modules: join(root, 'modules'), dist: join(root, 'dist') };
  const folder = join(workspace.dist, 'release', '9.0');
  await mkdir(folder, { recursive: true });
  for (const name of ['staged-amd64.json', 'notes.md', 'report-default-amd64.json'])
    await writeFile(join(folder, name), '');
  expect(await recordsOf(workspace, '9.0')).toEqual([
    join(folder, 'report-default-amd64.json'),
    join(folder, 'staged-amd64.json'),
    join(workspace.modules, 'lock.json'),
  ]);
});
