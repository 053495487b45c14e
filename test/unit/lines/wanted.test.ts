import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadManifests } from '../../../scripts/lib/module-manifests.ts';
import { loadLine } from '../../../scripts/lines/load-line.ts';
import { wantedDependencies, wantedLine } from '../../../scripts/lines/wanted.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const workspace = { modules: join(root, 'modules'), dist: join(root, 'dist') };
const manifests = loadManifests(workspace.modules);
const buildOf = (name: string) => manifests.find((manifest) => manifest.name === name)?.build;

it('a module is taken from source where the line names both a source and a binary package', () => {
  const { modules } = wantedLine(loadLine(workspace, 'local'), manifests, undefined);
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

it("a base that is made here gives its server's version, without Debian's own part of it", () => {
  const line = loadLine(workspace, 'local');
  const json = { ...line, modules: { json: { tag: '1.0.2' } } };
  const valkey = { kind: 'debian-package', package: 'valkey-tools', version: '1:9.1.2+dfsg1-1', sha256: {} } as const;
  const { modules } = wantedLine(json, manifests, { kind: 'debian', suite: 'trixie', valkey });
  expect(modules['json']?.kind === 'git' && modules['json'].dependencies['valkey']?.ref).toBe('9.1.2');
});
