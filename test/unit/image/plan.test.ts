import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LockedLine } from '../../../scripts/data/lock.ts';
import { loadManifests } from '../../../scripts/data/manifests.ts';
import { loadLine, type ReleaseLine } from '../../../scripts/data/release-line.ts';
import { planBuild, readBuild } from '../../../scripts/image/plan.ts';
import { paths } from '../../../scripts/lib/workspace.ts';

const workspace = { modules: join(paths.root, 'modules'), dist: '' };
const manifests = loadManifests(workspace.modules);
const local = loadLine(workspace, 'local');
const upstream = loadLine(workspace, '9.0');

/** Not a digest or commit of anything. */
const madeUp = (letter: string): string => letter.repeat(40);
const bloom = { kind: 'git', repository: 'https://github.com/valkey-io/valkey-bloom', tag: '1.0.0' } as const;
const lock = (tag: string, repository: string = bloom.repository): LockedLine => ({
  base: { kind: 'image', reference: 'docker.io/valkey/valkey:0.0.0', digest: `sha256:${'1'.repeat(64)}` },
  modules: { bloom: { ...bloom, tag, repository, commit: madeUp('a'), dependencies: {} } },
});

describe('what a line builds', () => {
  it('is planned without a lock, with nothing pinned', () => {
    const plan = planBuild(upstream, manifests, undefined);
    expect(plan.modules.map(({ name }) => name)).toEqual(['bloom', 'json', 'ldap', 'search']);
    expect(plan.modules.map(({ commit, id }) => [commit, id])).toEqual(Array(4).fill([null, null]));
    expect(plan.base).toMatchObject({ kind: 'image', digest: null });
  });

  it('takes from the lock only what answers the same question', () => {
    const commitOf = (locked: LockedLine) => planBuild(upstream, manifests, locked, ['bloom']).modules[0]?.commit;
    const tag = upstream.modules['bloom']?.tag ?? '';
    expect(commitOf(lock(tag))).toBe(madeUp('a'));
    expect(commitOf(lock(`${tag}-other`))).toBeNull();
    expect(commitOf(lock(tag, 'https://example.invalid/bloom'))).toBeNull();
    // The lock is about another base image.
    expect(planBuild(upstream, manifests, lock(tag)).base).toMatchObject({ digest: null });
  });

  it('asks a dependency for the version of the server, as far as that is known', () => {
    const refOf = (line: ReleaseLine) =>
      planBuild(line, manifests, undefined, ['json']).modules[0]?.dependencies.find(({ name }) => name === 'valkey')
        ?.ref;
    expect(refOf(upstream)).toBe(upstream.valkey);
    const { valkey: _, ...unknown } = upstream;
    expect(refOf(unknown)).toBe('{valkey}');
  });

  it('leaves binary packages to the base', () => {
    const plan = planBuild(local, manifests, undefined);
    expect(plan.modules.map(({ name }) => name)).toEqual(['redisearch']);
    expect(plan.packaged).toEqual(['knot']);
  });

  it('knows a source package by what its files hold, and not by its version alone', () => {
    const planned = (digit: string) => {
      const files = [{ name: 'redisearch_1.2.2-4.dsc', sha256: digit.repeat(64), size: 1 }];
      const redisearch = { kind: 'debian-source', package: 'redisearch', version: '1:1.2.2-4', files } as const;
      return planBuild(local, manifests, { ...lock('1.0.0'), modules: { redisearch } }).modules[0];
    };
    expect(planned('1')).toMatchObject({ tag: '1:1.2.2-4', version: '1.2.2' });
    expect(planned('1')?.id).not.toBe(planned('2')?.id);
  });

  it.each(['knot', 'search', 'nothing'])('refuses to build %s, which it does not have in source', (name) => {
    expect(() => planBuild(local, manifests, undefined, [name])).toThrow(expect.objectContaining({ code: 'VP104' }));
  });

  it('refuses a module without a Dockerfile', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'plan-'));
    try {
      await cp(workspace.modules, folder, { recursive: true });
      await rm(join(folder, 'bloom', 'Dockerfile'));
      expect(() => readBuild({ modules: folder, dist: '' }, '9.0')).toThrow(expect.objectContaining({ code: 'VP105' }));
      expect(readBuild({ modules: folder, dist: '' }, '9.0', ['json']).plan.modules).toHaveLength(1);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
