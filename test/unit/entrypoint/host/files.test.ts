import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findExecutable, own, realFiles, reasonOf } from '../../../../entrypoint/host/files.ts';
import { asBytes, pathOf } from '../../../../entrypoint/text/bytes.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'host-'));
  writeFileSync(join(dir, 'a.conf'), Buffer.from([0x61, 0xff, 0x00, 0x0a]));
  writeFileSync(join(dir, 'program'), '');
  chmodSync(join(dir, 'program'), 0o755);
  mkdirSync(join(dir, 'sub'));
  symlinkSync('a.conf', join(dir, 'link.conf'));
  symlinkSync('/nowhere', join(dir, 'gone.conf'));
  symlinkSync('/dev/null', join(dir, 'null'));
  mkdirSync(join(dir, 'names'));
  writeFileSync(Buffer.from(`${dir}/names/\xe9.conf`, 'latin1'), 'a 1\n');
  symlinkSync(Buffer.from('\xe9.conf', 'latin1'), join(dir, 'names', 'link'));
  execFileSync('mkfifo', [join(dir, 'pipe')]);
});
afterAll(() => rmSync(dir, { recursive: true }));

describe('a configuration file on disk', () => {
  it('is read as bytes', () => {
    expect(realFiles.readConf(join(dir, 'a.conf'))).toEqual({ kind: 'text', text: 'a\xff\0\n' });
  });
  it.each([
    ['none.conf', 'missing'],
    ['a.conf/x', 'missing'],
    ['gone.conf', 'missing'],
    ['sub', 'directory'],
    ['pipe', 'special'],
  ])('%s is %s, and looking never waits', (name, kind) => {
    expect(realFiles.readConf(join(dir, name)).kind).toBe(kind);
  });
  it('is empty where it is /dev/null', () =>
    expect(realFiles.readConf('/dev/null')).toEqual({ kind: 'text', text: '' }));
  it('is empty where it is a link to /dev/null', () =>
    expect(realFiles.readConf(join(dir, 'null'))).toEqual({ kind: 'text', text: '' }));
  it('is special where it is another device', () => expect(realFiles.readConf('/dev/zero').kind).toBe('special'));
});

describe('a pattern on disk', () => {
  it('finds files and links in byte order', () => {
    const names = realFiles.glob('*.conf', dir).map((path) => path.slice(dir.length + 1));
    expect(names).toEqual(['a.conf', 'gone.conf', 'link.conf']);
  });
});

describe('a name that is not UTF-8', () => {
  const name = pathOf(asBytes('\xe9.conf'));
  it('is found, read and inspected under its very bytes', () => {
    const [path = ''] = realFiles.glob('*.conf', join(dir, 'names'));
    expect(path).toBe(join(dir, 'names', name));
    expect(realFiles.readConf(path)).toEqual({ kind: 'text', text: 'a 1\n' });
    expect(realFiles.inspect(path)).toMatchObject({ kind: 'file', head: 'a 1\n' });
    expect(realFiles.listDirectory(join(dir, 'names'))).toEqual(expect.arrayContaining([name, 'link']));
  });
  it('is what a link leads to', () => {
    expect(realFiles.realFile(join(dir, 'names', 'link'))).toBe(join(realFiles.realFile(dir), 'names', name));
  });
});

describe('a module file on disk', () => {
  it('shows its mode and its first bytes, links followed', () => {
    expect(realFiles.inspect(join(dir, 'link.conf'))).toMatchObject({ kind: 'file', head: 'a\xff\0\n' });
  });
  it.each([
    ['none', 'missing'],
    ['sub', 'directory'],
    ['pipe', 'unreadable'],
  ])('%s is %s', (name, kind) => expect(realFiles.inspect(join(dir, name)).kind).toBe(kind));
});

it('a path that leads nowhere stays as it is', () => {
  expect(realFiles.realFile(join(dir, 'none'))).toBe(join(dir, 'none'));
  expect(realFiles.realFile(join(dir, 'link.conf'))).toBe(realFiles.realFile(join(dir, 'a.conf')));
});

describe('a program', () => {
  it('is found on the search path', () => {
    expect(findExecutable('program', `/nowhere:${dir}`)).toEqual({ kind: 'found', path: join(dir, 'program') });
  });
  it.each(['none', 'sub/none'])('%s is missing', (name) => expect(findExecutable(name, dir).kind).toBe('missing'));
  it.each(['a.conf', 'sub'])('%s may not be executed', (name) => {
    expect(findExecutable(join(dir, name), '').kind).toBe('denied');
  });
  it('that may not be executed is remembered from the search path', () => {
    expect(findExecutable('a.conf', dir).kind).toBe('denied');
  });
  it('is never a directory of the search path', () => {
    expect(findExecutable('sub', dir).kind).toBe('missing');
  });
  it('without a name is missing', () => expect(findExecutable('', dir).kind).toBe('missing'));
  it('is found behind one that may not be executed', () => {
    mkdirSync(join(dir, 'sub', 'program'));
    expect(findExecutable('program', `${dir}/sub:${dir}`)).toEqual({ kind: 'found', path: join(dir, 'program') });
  });
});

it('the reason of the system is shown without its code and its call', () => {
  expect(reasonOf(new Error("EACCES: permission denied, open '/x'"))).toBe('permission denied');
  expect(reasonOf(new Error('something else'))).toBe('something else');
});

describe('owning', () => {
  const me = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  it('fails for nothing where everything is owned, a link that leads nowhere included', () => {
    expect(own(dir, me)).toEqual([]);
  });
  it('passes over what vanished', () => expect(own(join(dir, 'vanished'), me)).toEqual([]));
});
