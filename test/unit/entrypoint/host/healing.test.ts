import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { replaceLocked, resolve } from '../../../../entrypoint/host/healing.ts';
import { asBytes } from '../../../../entrypoint/text/bytes.ts';
import { patienceMs } from '../../../support/patience.ts';

describe('replacing nodes.conf', () => {
  let directory = '';
  let path = '';
  const before = asBytes('before \xff\n');
  const after = asBytes('after \xfe\n');
  const replace = (from = before) => replaceLocked(path, from, after, `${path}.copy`);
  const read = (file: string) => readFileSync(file, 'latin1');

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'replace-'));
    path = join(directory, 'nodes.conf');
    writeFileSync(path, before, 'latin1');
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  describe('a file that nobody uses', () => {
    it('gets the new text, and the former one stands beside it', () => {
      expect(replace()).toBe('done');
      expect([read(path), read(`${path}.copy`), readdirSync(directory).length]).toEqual([after, before, 2]);
    });
    it('keeps its mode', () => {
      chmodSync(path, 0o640);
      replace();
      expect([path, `${path}.copy`].map((file) => statSync(file).mode & 0o777)).toEqual([0o640, 0o640]);
    });
    it('is another file afterwards, so that who reads it meanwhile reads the former text to its end', () => {
      const { ino } = statSync(path);
      replace();
      expect(statSync(path).ino).not.toBe(ino);
    });
    it('is free again afterwards', () => {
      replace();
      execFileSync('flock', ['--nonblock', path, 'true']);
    });
  });

  it('a file that a server has locked is left alone', async () => {
    const holder = spawn('flock', [path, 'sh', '-c', 'echo locked; exec cat'], { stdio: ['pipe', 'pipe', 'ignore'] });
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    expect([replace(), read(path), readdirSync(directory)]).toEqual(['locked', before, ['nodes.conf']]);
    const closed = new Promise((resolve) => holder.once('close', resolve));
    holder.stdin.end();
    await closed;
  });

  it('a file that has changed since it was read is left alone', () => {
    expect([replace(asBytes('other\n')), read(path), readdirSync(directory)]).toEqual([
      'changed',
      before,
      ['nodes.conf'],
    ]);
  });

  describe('a failure', () => {
    it('leaves the file as it was, and nothing else', () => {
      expect(() => replaceLocked(path, before, after, join(directory, 'none', 'copy'))).toThrow(/ENOENT/);
      expect([read(path), readdirSync(directory)]).toEqual([before, ['nodes.conf']]);
    });
    it('is an error where there is no file', () => {
      rmSync(path);
      expect(() => replace()).toThrow(/ENOENT/);
    });
  });
});

describe('addresses of names', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'valkey-bundle-resolve-'));
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await rm(folder, { recursive: true });
  });

  const node = { host: 'n2', ip: '10.0.0.2', busPort: 16379 };

  /** What a resolving process comes to that is this script. */
  async function resolveBy(script: string, confirmMs: number, resolveMs = patienceMs) {
    const path = join(folder, 'resolve');
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
    const { execPath } = process;
    process.execPath = path;
    try {
      return resolve([node], { resolveMs, confirmMs });
    } finally {
      process.execPath = execPath;
    }
  }

  it('does not wait for a process that ends neither by itself nor at SIGTERM, and takes what was said until its time was up', async () => {
    const endless = "trap '' TERM; echo n2 10.0.0.9; echo sure; exec sleep infinity";
    const { addresses, isSure } = await resolveBy(endless, 3000, 3000);
    expect([...addresses]).toEqual([['n2', ['10.0.0.9']]]);
    expect(isSure).toBe(true);
  });

  it('is not sure where the process does not say so, and always where nothing had to be confirmed', async () => {
    expect(await resolveBy('echo n2 10.0.0.2; exit 75', 400)).toMatchObject({ isSure: false });
    expect(await resolveBy('exit 0', 400)).toMatchObject({ isSure: false, addresses: new Map() });
    expect(await resolveBy('echo n2 10.0.0.2', 0)).toMatchObject({ isSure: true });
  });
});
