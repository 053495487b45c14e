import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asBytes } from '../../../../entrypoint/bytes.ts';
import { candidates, closedPlaces, writePrivate } from '../../../../entrypoint/host/runtime.ts';

const me = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'runtime-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const modeOf = (path: string) => statSync(path).mode & 0o777;

describe('a private directory', () => {
  it('is closed to others and to writing, and so are its files', () => {
    const path = join(dir, 'one');
    writePrivate(path, [{ name: 'secrets.conf', text: asBytes('requirepass "\xe9"\n') }], me);
    expect([modeOf(path), modeOf(join(path, 'secrets.conf'))]).toEqual([0o500, 0o400]);
    expect(readFileSync(join(path, 'secrets.conf'), 'latin1')).toBe('requirepass "\xe9"\n');
  });
  it.each(['0777', '0077', '0000'])('is the same under the umask %s, which stays', (text) => {
    const umask = Number.parseInt(text, 8);
    const path = join(dir, `under-${text}`);
    const before = process.umask(umask);
    try {
      writePrivate(path, [{ name: 'secrets.conf', text: asBytes('') }], me);
      expect(() => writePrivate(path, [], me)).toThrow('file already exists');
      expect(process.umask(umask)).toBe(umask);
    } finally {
      process.umask(before);
    }
    expect([modeOf(path), modeOf(join(path, 'secrets.conf'))]).toEqual([0o500, 0o400]);
  });
  it('must be fresh', () => {
    const path = join(dir, 'two');
    writePrivate(path, [], me);
    expect(() => writePrivate(path, [], me)).toThrow('file already exists');
  });
  it('is taken away again where a file of it cannot be written', () => {
    const path = join(dir, 'three');
    expect(() => writePrivate(path, [{ name: 'a/b', text: asBytes('') }], me)).toThrow('no such file or directory');
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });
});

describe('the candidates for a directory', () => {
  it('are one for each place that is not closed', () => {
    const open = candidates().map((path) => dirname(path));
    expect([...open, ...closedPlaces().map(({ place }) => place)].sort()).toEqual([
      '/dev/shm',
      '/run/valkey-bundle',
      '/tmp',
    ]);
  });
  it('do not exist yet, and cannot be guessed', () => {
    const [first, second] = [candidates(), candidates()];
    expect(first.length).toBeGreaterThan(0);
    for (const path of first) {
      expect(path).toMatch(/\/valkey-bundle-[0-9a-f]{16}$/);
      expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
      expect(second).not.toContain(path);
    }
  });
});
