import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readConfFile } from '../../../scripts/start/conf-file.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'start-conf-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('the file of --conf', () => {
  test('is known by its absolute path and its text', async () => {
    const path = join(folder, 'valkey.conf');
    await writeFile(path, 'maxmemory 1gb\n');
    const first = await readConfFile(path, '/');
    expect(first.path).toBe(path);
    await writeFile(path, 'maxmemory 2gb\n');
    expect((await readConfFile(path, '/')).hash).not.toBe(first.hash);
  });

  test('has to exist', async () => {
    await expect(readConfFile('none.conf', folder)).rejects.toThrow(`there is no file ${join(folder, 'none.conf')}`);
  });

  test('is not a directory', async () => {
    await mkdir(join(folder, 'conf.d'));
    await expect(readConfFile('conf.d', folder)).rejects.toThrow('is a directory');
  });

  test.runIf(process.platform === 'linux')('can be read by the server, which runs as another user', async () => {
    const path = join(folder, 'valkey.conf');
    await writeFile(path, '');
    await chmod(path, 0o600);
    await expect(readConfFile(path, '/')).rejects.toThrow(/0600|cannot be read/);
  });
});
