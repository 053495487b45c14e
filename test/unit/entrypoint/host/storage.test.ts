import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { storage } from '../../../../entrypoint/host/storage.ts';

const folder = mkdtempSync(join(tmpdir(), 'storage-'));
afterAll(() => rmSync(folder, { recursive: true }));
const { signal } = new AbortController();
const big = Buffer.alloc(2_500_000, 'abc');
writeFileSync(join(folder, 'big'), big);
const expected = { bytes: big.length, sha256: createHash('sha256').update(big).digest('hex') };

describe('a file', () => {
  it('has the digest of all its bytes', async () => {
    expect(await storage.digest(join(folder, 'big'), signal)).toEqual(expected);
  });
  it('is copied whole, for the owner alone', async () => {
    const copy = join(folder, 'copy');
    expect(await storage.copy(join(folder, 'big'), copy, signal)).toEqual(expected);
    expect(readFileSync(copy).equals(big)).toBe(true);
    expect(statSync(copy).mode & 0o777).toBe(0o600);
  });
  it('is never copied over another one', async () => {
    writeFileSync(join(folder, 'taken'), 'x');
    const copied = storage.copy(join(folder, 'big'), join(folder, 'taken'), signal);
    await expect(copied).rejects.toThrow(`${folder}/taken: file already exists`);
    expect(readFileSync(join(folder, 'taken'), 'utf8')).toBe('x');
  });
  it('is not read on when the command is stopped', async () => {
    const stopped = AbortSignal.abort(new Error('stopped by SIGTERM'));
    await expect(storage.digest(join(folder, 'big'), stopped)).rejects.toThrow('stopped by SIGTERM');
  });
  it.each([
    ['digest', () => storage.digest(join(folder, 'gone'), signal)],
    ['copy', () => storage.copy(join(folder, 'big'), join(folder, 'no', 'such'), signal)],
  ])('fails with its path and the reason in words (%s)', async (_, act) => {
    await expect(act()).rejects.toThrow(/^\/\S+\/(?:gone|no\/such): no such file or directory$/);
  });
});

describe('a directory', () => {
  it('is made once, takes another name, and goes with everything in it', () => {
    const [made, moved] = [join(folder, 'made'), join(folder, 'moved')];
    storage.makeDirectory(made);
    expect(() => storage.makeDirectory(made)).toThrow(`${made}: file already exists`);
    storage.write(`${made}/record`, 'text');
    storage.rename(made, moved);
    expect([existsSync(made), readdirSync(moved), statSync(moved).mode & 0o777]).toEqual([false, ['record'], 0o700]);
    storage.remove(moved);
    storage.remove(moved);
    expect(existsSync(moved)).toBe(false);
  });
  it('that cannot be written says why', () => {
    const file = join(folder, 'file');
    storage.write(file, 'x');
    expect(() => storage.write(`${file}/x`, '')).toThrow(`${file}/x: not a directory`);
  });
});
