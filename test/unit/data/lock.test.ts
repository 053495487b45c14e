import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockFile, readLock, showLock } from '../../../scripts/data/lock.ts';
import { problemOf } from '../../support/problem-of.ts';

let modules = '';
beforeEach(() => {
  modules = mkdtempSync(join(tmpdir(), 'lock-'));
});
afterEach(() => rmSync(modules, { recursive: true }));

const workspace = () => ({ modules, dist: join(modules, 'dist') });
const base = { kind: 'image', reference: 'example.com/a:1', digest: `sha256:${'a'.repeat(64)}` } as const;
const repository = 'https://example.com/a.git';
const git = { kind: 'git', repository, tag: '1.0.0', commit: 'a'.repeat(40), dependencies: {} } as const;

describe('the lock file', () => {
  it('that is not there locks nothing', () => {
    expect(readLock(workspace()).lines).toEqual({});
  });

  it.each([
    ['not JSON', '{"version": 1,'],
    ['of another form', '{"version": 1, "lines": {"9.0": {}}}'],
    [
      'with a commit that is none',
      '{"version": 1, "lines": {"9.0": {"base": {"kind": "image", "reference": "a", "digest": "sha256:1"}, "modules": {}}}}',
    ],
  ])('that is %s is VP107, and nobody is told to edit it', async (_, text) => {
    writeFileSync(join(modules, 'lock.json'), text);
    const { code, message } = await problemOf((async () => readLock(workspace()))());
    expect([code, message.includes('npm run resolve')]).toEqual(['VP107', true]);
  });
});

describe('the text of a lock file', () => {
  it('is the same for the same content, in whatever order it was put together', () => {
    const one = { a: git, b: git };
    const other = { b: git, a: git };
    const lock = (modules: typeof one) => ({ version: 1 as const, lines: { '9.0': { base, modules } } });
    expect(showLock(lock(one))).toBe(showLock(lock(other)));
    expect(Object.keys(lockFile.parse(JSON.parse(showLock(lock(other)))).lines['9.0']?.modules ?? {})).toEqual([
      'a',
      'b',
    ]);
  });

  it('has the lines in the order of their numbers', () => {
    const line = { base, modules: {} };
    const text = showLock({ version: 1, lines: { '9.10': line, local: line, '9.2': line } });
    expect(Object.keys(lockFile.parse(JSON.parse(text)).lines)).toEqual(['9.2', '9.10', 'local']);
  });
});
