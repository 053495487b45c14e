import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { START_RECORD } from '../../../../entrypoint/host/host.ts';
import {
  firstOfNamespace,
  isGone,
  isOnRootFileSystem,
  ownProcess,
  type StartOwner,
  startName,
} from '../../../../entrypoint/host/own-process.ts';
import { candidates, closedPlaces, lastStart, removeStale, writePrivate } from '../../../../entrypoint/host/runtime.ts';
import { asBytes } from '../../../../entrypoint/text/bytes.ts';
import { until } from '../../../support/until.ts';

const me = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'runtime-'));
});
afterAll(() => {
  // Root removes what is in a folder that is closed to writing; its owner has to open it first.
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true }))
    if (entry.isDirectory()) chmodSync(join(entry.parentPath, entry.name), 0o700);
  rmSync(dir, { recursive: true });
});

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
      expect(path).toMatch(/\/valkey-bundle-[0-9a-f]{12}-\d+-\d+-\d+-\d+-[0-9a-f]{16}$/);
      expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
      expect(second).not.toContain(path);
    }
  });
});

const own = ownProcess();
/** No process has number 4194305: the kernel's limit is one less. */
const ended: StartOwner = { ...own, pid: 4_194_305 };

/** Leaves the directory of a start in a fresh place. Returns the place. */
function placeWith(...owners: readonly StartOwner[]): string {
  const place = mkdtempSync(join(dir, 'place-'));
  for (const [index, owner] of owners.entries()) {
    const path = join(place, startName(owner, index.toString(16).padStart(16, '0')));
    writePrivate(path, [{ name: START_RECORD, text: asBytes(`start ${index}`) }], me);
    utimesSync(join(path, START_RECORD), index, index);
  }
  return place;
}

describe('the directory of a start', () => {
  it('is that of a living process for its own one, and for the first of the namespace', () => {
    expect(isGone(own)).toBe(false);
    expect(isGone(firstOfNamespace())).toBe(false);
    expect(firstOfNamespace()).toEqual({ ...own, pid: 1, startTime: expect.stringMatching(/^\d+$/) });
  });
  it('is that of a dead one where its number is free, or of a process that began at another time', () => {
    expect(isGone(ended)).toBe(true);
    expect(isGone({ ...own, startTime: '1' })).toBe(true);
  });
  it('is that of a dead one where the process has ended and nobody has waited for it', async () => {
    const child = spawn('sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 20'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const pid = Number(String((await child.stdout.iterator().next()).value));
    const startTime = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ')[19] ?? '';
    expect(startTime).toMatch(/^\d+$/);
    await until('it has ended', async () => isGone({ pid, startTime }) || undefined);
    child.kill('SIGKILL');
  });
  it('lies on a mount of its own where one is at it or above it', () => {
    expect([isOnRootFileSystem('/'), isOnRootFileSystem('/etc')]).toEqual([true, true]);
    expect([isOnRootFileSystem('/proc'), isOnRootFileSystem('/proc/self')]).toEqual([false, false]);
    expect(isOnRootFileSystem('/proc/..')).toBe(false);
  });
});

describe('what starts have left', () => {
  it('is removed where the process is dead, and stays where it lives', () => {
    const place = placeWith(own, ended, { ...own, startTime: '1' }, firstOfNamespace());
    removeStale([place]);
    expect(
      readdirSync(place)
        .map((name) => name.slice(-1))
        .sort(),
    ).toEqual(['0', '3']);
  });
  it('stays where the name is none of a start', () => {
    const place = placeWith();
    writePrivate(join(place, 'valkey-bundle-0123456789abcdef'), [], me);
    removeStale([place]);
    expect(readdirSync(place)).toHaveLength(1);
  });
});

describe('the last start', () => {
  it('is the newest of this container whose server lives', () => {
    const elsewhere = { ...own, mountNamespace: '1' };
    expect(lastStart([placeWith(own, own, elsewhere, ended)])).toBe('start 1');
    expect(lastStart([placeWith(own, firstOfNamespace())])).toBe('start 1');
  });
  it('is none where all of them are dead or of other containers', () => {
    const others = [
      { ...own, pidNamespace: '1' },
      { ...own, boot: 'abc' },
    ];
    expect(lastStart([placeWith(ended, ...others)])).toBeNull();
    expect(lastStart(['/does/not/exist'])).toBeNull();
  });
});
