import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { paths } from '../../../scripts/lib/workspace.ts';

/** A stand-in for rclone: it lists what the test says, and prints what it was told to remove. */
const standIn = `#!/bin/sh
case "$1 $2" in
  'lsf --recursive') printf '%s\\n' $COMPLETE ;;
  'lsf --dirs-only') printf '%s\\n' $FOLDERS ;;
  purge*) echo "purge $2" ;;
esac
`;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'upload-'));
  await mkdir(join(root, 'collected/20270104T000000Z'), { recursive: true });
  await writeFile(join(root, 'rclone'), standIn);
  await chmod(join(root, 'rclone'), 0o755);
  const script = await readFile(join(paths.root, 'deploy/statefulset/components/backup-s3/upload.sh'), 'utf8');
  await writeFile(join(root, 'upload.sh'), script.replaceAll('/collected', join(root, 'collected')));
});
afterEach(() => rm(root, { recursive: true, force: true }));

it('upload.sh keeps N backups: folders that are none are neither counted nor removed', async () => {
  const days = ['20270101T000000Z', '20270102T000000Z', '20270103T000000Z', '20270104T000000Z'];
  const others = ['archive', 'zzz-by-hand', '20270104T000000Z.old'];
  const folders = [...days, ...others];
  const { stdout } = await execa('sh', [join(root, 'upload.sh')], {
    env: {
      PATH: `${root}:${process.env['PATH'] ?? ''}`,
      TARGET: 'backup:valkey',
      KEEP: '3',
      COMPLETE: folders.map((name) => `${name}/backup.json`).join(' '),
      FOLDERS: folders.map((name) => `${name}/`).join(' '),
    },
  });
  expect(stdout.split('\n').filter((line) => line.startsWith('purge '))).toEqual([
    'purge backup:valkey/20270101T000000Z',
  ]);
});
