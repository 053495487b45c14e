import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replaceLocked } from '../../../../entrypoint/host/healing.ts';
import { asBytes } from '../../../../entrypoint/text/bytes.ts';

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
