import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LockedLine } from '../../../scripts/data/lock.ts';
import { loadManifests } from '../../../scripts/data/manifests.ts';
import { loadLine, type ReleaseLine } from '../../../scripts/data/release-line.ts';
import { planBuild } from '../../../scripts/graph/build-plan.ts';
import { paths } from '../../../scripts/lib/image-paths.ts';

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
    expect(commitOf(lock('1.0.0'))).toBe(madeUp('a'));
    expect(commitOf(lock('1.0.1'))).toBeNull();
    expect(commitOf(lock('1.0.0', 'https://example.invalid/bloom'))).toBeNull();
    // The lock is about another base image.
    expect(planBuild(upstream, manifests, lock('1.0.0')).base).toMatchObject({ digest: null });
  });

  it('fills the version of the server in', () => {
    const [json] = planBuild(upstream, manifests, undefined, ['json']).modules;
    expect(json?.build.environment).toEqual({ SERVER_VERSION: upstream.valkey });
    expect(json?.dependencies.find(({ name }) => name === 'valkey')?.ref).toBe(upstream.valkey);
  });

  it('leaves {valkey} as it is where nobody knows the version yet', () => {
    const { valkey: _, ...unknown } = upstream;
    const [json] = planBuild(unknown satisfies ReleaseLine, manifests, undefined, ['json']).modules;
    expect(json?.build.environment).toEqual({ SERVER_VERSION: '{valkey}' });
  });

  it('leaves {jobs} to the builder, because it must not be part of what is cached', () => {
    const changed = manifests.map((one) =>
      one.name === 'bloom' && one.build ? { ...one, build: { ...one.build, args: ['-j{jobs}'] } } : one,
    );
    expect(planBuild(upstream, changed, undefined, ['bloom']).modules[0]?.build.args).toEqual(['-j{jobs}']);
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

  it('refuses a module whose manifest does not say how it is built', () => {
    const without = manifests.map((one) => {
      const { build: _, ...rest } = one;
      return one.name === 'bloom' ? rest : one;
    });
    expect(() => planBuild(upstream, without, undefined)).toThrow(expect.objectContaining({ code: 'VP105' }));
  });
});
