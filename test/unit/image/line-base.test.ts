import { expect, test } from 'vitest';
import type { LockedLine } from '../../../scripts/data/lock.ts';
import { requireLockedBase } from '../../../scripts/image/line-base.ts';
import { problemOf } from '../../support/problem-of.ts';

const serverFile = 'a'.repeat(64);
const knotFile = 'b'.repeat(64);
const otherFile = 'c'.repeat(64);

const locked: LockedLine = {
  base: {
    kind: 'debian',
    suite: 'trixie',
    valkey: { kind: 'debian-package', package: 'valkey-tools', version: '9.1.2-1', sha256: { amd64: serverFile } },
  },
  modules: {
    knot: {
      kind: 'debian-package',
      package: 'knot',
      version: '3.5.8-1',
      sha256: { amd64: knotFile, arm64: otherFile },
    },
    redisearch: { kind: 'debian-source', package: 'redisearch', version: '1:1.2.2-4', files: [] },
  },
};

const server = { package: 'valkey-tools', version: '9.1.2-1', suite: 'sid', sha256: serverFile };
const knot = { package: 'knot', version: '3.5.8-1', suite: 'sid', sha256: knotFile };
// The base has it as a package, too, and the line builds it from source.
const redisearch = { package: 'redis-redisearch', version: '1:1.2.2-5', suite: 'sid', sha256: otherFile };

const check = (valkey: typeof server, modules: Readonly<Record<string, typeof server>>) =>
  requireLockedBase('local', locked, { valkey, modules: { redisearch, ...modules } }, 'amd64');

test.each(['9.1.2-1', '9.1.2-1+b2'])('a base made of the server %s is the one that the lock names', (version) => {
  expect(() => check({ ...server, version }, { knot })).not.toThrow();
});

test.each<[what: string, named: string[], valkey: typeof server, modules: Readonly<Record<string, typeof server>>]>([
  ['another version of the server', ['9.1.3-1', '9.1.2-1'], { ...server, version: '9.1.3-1' }, { knot }],
  ['another file of the server', [otherFile, serverFile], { ...server, sha256: otherFile }, { knot }],
  ['another version of a module', ['3.5.9-1', '3.5.8-1'], server, { knot: { ...knot, version: '3.5.9-1' } }],
  ['another file of a module', [otherFile, knotFile], server, { knot: { ...knot, sha256: otherFile } }],
  ['no package of a module', ['knot', '3.5.8-1'], server, {}],
])('a base made of %s is VP312, with both, and with what to do', async (_, named, valkey, modules) => {
  const { code, message } = await problemOf((async () => check(valkey, modules))());
  expect(code).toBe('VP312');
  for (const one of [...named, 'npm run resolve -- --update --line local', '--rebuild-base'])
    expect(message).toContain(one);
});

test('a file of which the lock has no checksum for this architecture is known by its version', () => {
  const made = { valkey: { ...server, sha256: otherFile }, modules: { knot: { ...knot, sha256: otherFile } } };
  expect(() => requireLockedBase('local', locked, made, 'arm64')).not.toThrow();
});
