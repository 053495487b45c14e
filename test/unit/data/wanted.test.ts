import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LockedLine } from '../../../scripts/data/lock.ts';
import { loadManifests } from '../../../scripts/data/manifests.ts';
import { loadLine } from '../../../scripts/data/release-line.ts';
import {
  differences,
  lockDigest,
  requireCurrent,
  type WantedLine,
  wantedDependencies,
  wantedLine,
} from '../../../scripts/data/wanted.ts';
import { problemOf } from '../../support/problem-of.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const ownData = { modules: join(root, 'modules'), dist: join(root, 'dist') };
const manifests = loadManifests(ownData.modules);
const buildOf = (name: string) => manifests.find((manifest) => manifest.name === name)?.build;

it('a module is taken from source where the line names both a source and a binary package', () => {
  const { modules } = wantedLine(loadLine(ownData, 'local'), manifests, undefined);
  expect(Object.entries(modules).map(([name, { kind }]) => [name, kind])).toEqual([
    ['redisearch', 'debian-source'],
    ['knot', 'debian-package'],
  ]);
});

it('a dependency counts from the version line on whose build clones it', () => {
  const names = (tag: string) => Object.keys(wantedDependencies(buildOf('search'), tag, '9.0.4'));
  expect(names('1.0.2')).toEqual(['grpc', 'highwayhash', 'googletest']);
  expect(names('1.2.1')).toEqual(['grpc', 'highwayhash', 'googletest', 'benchmark']);
});

it("the server's version is filled in, and null where nobody knows it yet", () => {
  const ref = (valkey: string | null) => wantedDependencies(buildOf('json'), '1.0.2', valkey)['valkey']?.ref;
  expect([ref('9.0.4'), ref(null)]).toEqual(['9.0.4', null]);
});

it('json is built against a tag of the server, and from 1.0.3 on against a branch at a commit', () => {
  const valkey = (tag: string) => wantedDependencies(buildOf('json'), tag, '9.0.6')['valkey'];
  expect(valkey('1.0.2')).toMatchObject({ ref: '9.0.6', pin: 'tag' });
  for (const tag of ['1.0.3', '1.1.0']) expect(valkey(tag)).toMatchObject({ ref: '9.0', pin: 'commit' });
});

it("a base that is made here gives its server's version, without Debian's own part of it", () => {
  const line = loadLine(ownData, 'local');
  const json = { ...line, modules: { json: { tag: '1.0.2' } } };
  const valkey = { kind: 'debian-package', package: 'valkey-tools', version: '1:9.1.2+dfsg1-1', sha256: {} } as const;
  const { modules } = wantedLine(json, manifests, { kind: 'debian', suite: 'trixie', valkey });
  expect(modules['json']?.kind === 'git' && modules['json'].dependencies['valkey']?.ref).toBe('9.1.2');
});

const commit = 'a'.repeat(40);
const checksum = 'b'.repeat(64);
const dependency = { repository: 'https://example.com/grpc', ref: 'v1', commit };

const wanted = {
  line: '9.0',
  architectures: ['amd64', 'arm64'],
  base: { kind: 'image', image: 'example.com/valkey', tag: '9.0.4', reference: 'example.com/valkey:9.0.4' },
  modules: {
    search: {
      kind: 'git',
      repository: 'https://example.com/search',
      tag: '1.0.2',
      dependencies: { grpc: { repository: dependency.repository, ref: 'v1', pin: 'tag' } },
    },
    redisearch: { kind: 'debian-source', package: 'redisearch', suites: ['sid'] },
    knot: { kind: 'debian-package', package: 'knot', suites: ['sid'] },
  },
} as const satisfies WantedLine;

const locked: LockedLine = {
  base: { kind: 'image', reference: 'example.com/valkey:9.0.4', digest: `sha256:${checksum}` },
  modules: {
    search: {
      kind: 'git',
      repository: 'https://example.com/search',
      tag: '1.0.2',
      commit,
      dependencies: { grpc: dependency },
    },
    redisearch: {
      kind: 'debian-source',
      package: 'redisearch',
      version: '1',
      files: [{ name: 'a.dsc', sha256: checksum, size: 1 }],
    },
    knot: { kind: 'debian-package', package: 'knot', version: '1', sha256: { amd64: checksum, arm64: checksum } },
  },
};

const found = (line: WantedLine, lock: LockedLine | undefined = locked) =>
  differences(line, lock).map(({ input, kind }) => `${input} ${kind}`);

const withModules = (modules: WantedLine['modules']): WantedLine => ({
  ...wanted,
  modules: { ...wanted.modules, ...modules },
});

describe('a lock', () => {
  it('that has every input as the line asks for it is current', () => {
    expect(found(wanted)).toEqual([]);
  });

  it('that is not there lacks everything', () => {
    expect(differences(wanted, undefined).map(({ kind }) => kind)).toEqual([
      'missing',
      'missing',
      'missing',
      'missing',
    ]);
  });

  it.each<[string, WantedLine, string]>([
    ['another tag', withModules({ search: { ...wanted.modules.search, tag: '1.0.3' } }), 'search stale'],
    ['another repository', withModules({ search: { ...wanted.modules.search, repository: 'x' } }), 'search stale'],
    ['another kind of source', withModules({ search: wanted.modules.knot }), 'search stale'],
    ['another package', withModules({ knot: { ...wanted.modules.knot, package: 'k' } }), 'knot stale'],
    [
      'another source package',
      withModules({ redisearch: { ...wanted.modules.redisearch, package: 'k' } }),
      'redisearch stale',
    ],
    ['one more module', withModules({ json: wanted.modules.knot }), 'json missing'],
    ['another base', { ...wanted, base: { ...wanted.base, reference: 'example.com/valkey:9.0.5' } }, 'base stale'],
    [
      'a base of another kind',
      { ...wanted, base: { kind: 'debian', suite: 'trixie', valkey: wanted.modules.knot } },
      'base stale',
    ],
    ['no dependency', withModules({ search: { ...wanted.modules.search, dependencies: {} } }), 'search stale'],
    [
      'one more dependency',
      withModules({
        search: {
          ...wanted.modules.search,
          dependencies: { ...wanted.modules.search.dependencies, re2: { repository: 'x', ref: 'main', pin: 'commit' } },
        },
      }),
      'search missing',
    ],
    [
      'another ref of a dependency',
      withModules({
        search: {
          ...wanted.modules.search,
          dependencies: { grpc: { ...wanted.modules.search.dependencies.grpc, ref: 'v2' } },
        },
      }),
      'search stale',
    ],
  ])('is not current for a line with %s', (_, line, difference) => {
    expect(found(line)).toEqual([difference]);
  });

  it('with a module that the line no longer has is stale', () => {
    const { knot: _, ...modules } = wanted.modules;
    expect(found({ ...wanted, modules })).toEqual(['knot stale']);
  });

  it('without a checksum for one of the platforms lacks it', () => {
    const one = {
      ...locked,
      modules: {
        ...locked.modules,
        knot: { kind: 'debian-package', package: 'knot', version: '1', sha256: { amd64: checksum } },
      },
    } as const;
    expect(found(wanted, one)).toEqual(['knot missing']);
  });

  it('that lacks something is VP201, one that is about something else VP202', async () => {
    const codeOf = async (kind: 'missing' | 'stale') =>
      (await problemOf((async () => requireCurrent('9.0', [{ input: 'a', kind, what: 'x' }]))())).code;
    expect([await codeOf('missing'), await codeOf('stale')]).toEqual(['VP201', 'VP202']);
    requireCurrent('9.0', []);
  });
});

describe('what a line is locked to', () => {
  const base = { kind: 'image', reference: 'a/b:1', digest: `sha256:${'1'.repeat(64)}` } as const;
  const source = { kind: 'git', repository: 'r', tag: 't', commit: 'c', dependencies: {} } as const;
  it('has one digest, however its file is laid out, and another for other content', () => {
    const digest = lockDigest({ base, modules: { json: source, search: source } });
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(lockDigest({ modules: { search: source, json: source }, base })).toBe(digest);
    expect(lockDigest({ base, modules: { json: source, search: { ...source, commit: 'd' } } })).not.toBe(digest);
    expect(lockDigest({ base, modules: { json: source } })).not.toBe(digest);
  });
});
