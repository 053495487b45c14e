import { expect, it } from 'vitest';
import * as z from 'zod';
import { composeSbom } from '../../../scripts/supply/compose-sbom.ts';
import { renderSbom, sbomProblems } from '../../../scripts/supply/sbom.ts';
import type { SbomInputs } from '../../../scripts/supply/sbom-inputs.ts';
import { builtModule, hex, inputsWith } from './sbom-fixture.ts';

const component = z.looseObject({
  'bom-ref': z.string(),
  name: z.string(),
  version: z.string().optional(),
  purl: z.string().optional(),
  scope: z.string().optional(),
  hashes: z.array(z.object({ alg: z.string(), content: z.string() })).default([]),
  licenses: z.array(z.looseObject({ license: z.looseObject({ id: z.string().optional() }).optional() })).default([]),
  properties: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
});
const sbom = z.looseObject({
  serialNumber: z.string(),
  metadata: z.looseObject({ timestamp: z.string().optional(), component }),
  components: z.array(component),
  dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()).default([]) })),
});

function write(inputs: SbomInputs) {
  const text = renderSbom(composeSbom(inputs));
  const document = sbom.parse(JSON.parse(text));
  const find = (name: string) => {
    const found = document.components.filter((one) => one.name === name);
    if (found[0] === undefined) throw new Error(`no component ${name}`);
    return { ...found[0], count: found.length, property: propertiesOf(found[0]) };
  };
  return { text, document, find };
}

function propertiesOf({ properties }: z.infer<typeof component>): Record<string, string> {
  return Object.fromEntries(properties.map(({ name, value }) => [name.replace('valkey-bundle:', ''), value]));
}

const crate = { name: 'libc', version: '0.2.1', source: 'registry+https://github.com/rust-lang/crates.io-index' };

it('a document with every kind of component is valid by the strict schema', async () => {
  const dependencies = [
    {
      name: 'grpc',
      origin: 'https://github.com/grpc/grpc',
      version: `v1.70.1 ${hex('e', 40)}`,
      licence: 'Apache-2.0',
      pinned: true,
    },
    { name: 'crate bindgen', origin: crate.source, version: '0.70.0', pinned: false },
    { name: 'rustc', origin: 'whatever rustup calls stable that day', version: 'as found', pinned: false },
  ];
  const packaged: SbomInputs['modules'][number] = {
    kind: 'packaged',
    name: 'knot',
    file: 'knot.so',
    licence: 'GPL-2.0-or-later',
    source: {
      kind: 'debian-package',
      package: 'redis-module-knot',
      version: '3.5.8-1',
      sha256: { amd64: hex('f', 64) },
    },
  };
  const { text } = write(
    inputsWith([builtModule('search', { dependencies }, [{ ...crate, checksum: hex('9', 64) }]), packaged]),
  );
  expect(await sbomProblems(text)).toEqual([]);
});

it('a document with a licence that SPDX does not know is valid, too', async () => {
  const { text } = write(inputsWith([builtModule('odd', { licence: 'Do what you like, mostly' })]));
  expect(await sbomProblems(text)).toEqual([]);
});

it('a module has its purl by repository and tag, its commit, licence and the hash of its file', () => {
  const { find } = write(inputsWith([builtModule('search')]));
  expect(find('search')).toMatchObject({
    version: '1.0.2',
    purl: 'pkg:github/example/search@1.0.2',
    hashes: [{ alg: 'SHA-256', content: hex('c', 64) }],
    licenses: [{ license: { id: 'BSD-3-Clause' } }],
    property: { commit: hex('a', 40), file: 'libsearch.so', pinned: 'true' },
  });
});

it('a module from a Debian source package has the purl of that package', () => {
  const record = { origin: 'Debian source package redis-redisearch', tag: '1:1.2.2-4', commit: null };
  const { find } = write(inputsWith([builtModule('redisearch', record)]));
  expect(find('redisearch').purl).toBe('pkg:deb/debian/redis-redisearch@1:1.2.2-4?arch=source');
});

it('a module on another host than GitHub keeps its repository in the purl', () => {
  const { find } = write(inputsWith([builtModule('knot', { origin: 'https://gitlab.nic.cz/knot/knot-dns' })]));
  expect(find('knot').purl).toBe('pkg:generic/knot@1.0.2?vcs_url=git%2Bhttps%3A%2F%2Fgitlab.nic.cz%2Fknot%2Fknot-dns');
});

it('what floats is said to float, with the reason', () => {
  const dependencies = [
    { name: 'googletest', origin: 'cloned from its main branch', version: 'as found', pinned: false },
  ];
  const { find } = write(inputsWith([builtModule('search', { dependencies })]));
  expect(find('googletest').property).toEqual({ pinned: 'false', why: 'cloned from its main branch' });
});

it('a pinned dependency has its ref as version and its commit beside it', () => {
  const dependencies = [
    { name: 'grpc', origin: 'https://github.com/grpc/grpc', version: `v1.70.1 ${hex('e', 40)}`, pinned: true },
  ];
  const { find } = write(inputsWith([builtModule('search', { dependencies })]));
  expect(find('grpc')).toMatchObject({
    version: 'v1.70.1',
    purl: 'pkg:github/grpc/grpc@v1.70.1',
    property: { commit: hex('e', 40), pinned: 'true' },
  });
});

const zlib = { name: 'zlib', origin: 'https://github.com/madler/zlib', version: hex('f', 40), pinned: true };

it('a part that is linked names its texts, and has a licence only where one is declared', () => {
  const texts = ['dependencies/grpc/third_party/zlib/LICENSE', 'dependencies/grpc/third_party/zlib/NOTICE'];
  const { find } = write(inputsWith([builtModule('search', { dependencies: [{ ...zlib, linked: true, texts }] })]));
  const { licenses, property, purl, scope } = find('zlib');
  const folder = '/usr/share/doc/valkey-bundle/search/dependencies/grpc/third_party/zlib';
  expect(property['licence-texts']).toBe(`${folder}/LICENSE ${folder}/NOTICE`);
  expect([licenses, purl, scope]).toEqual([
    [{ license: { name: 'NOASSERTION' } }],
    `pkg:github/madler/zlib@${hex('f', 40)}`,
    undefined,
  ]);
});

it('a part that is a folder of a repository has the purl of that place in it', async () => {
  const origin = 'https://github.com/valkey-io/valkey-search';
  const dependencies = [{ ...zlib, name: 'hnswlib', origin, folder: 'third_party/hnswlib', linked: true, texts: [] }];
  const miniz = { name: 'miniz', origin: 'Debian source package redisearch', version: '1:1.2.2-4', pinned: true };
  const folders = [{ ...miniz, folder: 'src/dep/miniz', licence: 'MIT', linked: true, texts: [] }];
  const { find, text } = write(
    inputsWith([builtModule('search', { dependencies }), builtModule('redisearch', { dependencies: folders })]),
  );
  expect(find('hnswlib').purl).toBe(`pkg:github/valkey-io/valkey-search@${hex('f', 40)}#third_party/hnswlib`);
  expect(find('miniz')).toMatchObject({
    purl: 'pkg:deb/debian/redisearch@1:1.2.2-4?arch=source#src/dep/miniz',
    licenses: [{ license: { id: 'MIT' } }],
  });
  expect(await sbomProblems(text)).toEqual([]);
});

it('what the build used and did not link is excluded; not where another module is linked with it', () => {
  const unlinked = { ...zlib, linked: false };
  const linked = { ...zlib, linked: true, licence: 'Zlib', texts: ['vendor/zlib/LICENSE'] };
  const bloom = builtModule('bloom', { dependencies: [unlinked] });
  expect(write(inputsWith([bloom])).find('zlib').scope).toBe('excluded');
  const both = write(inputsWith([bloom, builtModule('ldap', { dependencies: [linked] })])).find('zlib');
  expect([both.count, both.scope, both.licenses, both.property['licence-texts']]).toEqual([
    ...[1, undefined, [{ license: { id: 'Zlib' } }]],
    '/usr/share/doc/valkey-bundle/ldap/vendor/zlib/LICENSE',
  ]);
});

it('a crate that two modules use is listed once, with its checksum, and both depend on it', () => {
  const crates = [{ ...crate, checksum: hex('9', 64) }];
  const { find, document } = write(inputsWith([builtModule('bloom', {}, crates), builtModule('ldap', {}, crates)]));
  expect(find('libc')).toMatchObject({
    count: 1,
    purl: 'pkg:cargo/libc@0.2.1',
    hashes: [{ alg: 'SHA-256', content: hex('9', 64) }],
  });
  const users = document.dependencies.filter(({ dependsOn }) => dependsOn.includes('pkg:cargo/libc@0.2.1'));
  expect(users.map(({ ref }) => ref)).toEqual(['module:bloom', 'module:ldap']);
});

it('a crate that build.json and Cargo.lock both name is listed once, as floating if the build says so', () => {
  const dependencies = [{ name: 'crate libc', origin: crate.source, version: crate.version, pinned: false }];
  const crates = [{ ...crate, checksum: hex('9', 64) }];
  const { find } = write(inputsWith([builtModule('bloom', { dependencies }, crates)]));
  expect(find('libc')).toMatchObject({ count: 1, property: { pinned: 'false' } });
});

it('a crate that floats in one module and is pinned in another is two entries', () => {
  const dependencies = [{ name: 'crate libc', origin: crate.source, version: crate.version, pinned: false }];
  const bloom = builtModule('bloom', { dependencies });
  const ldap = builtModule('ldap', {}, [{ ...crate, checksum: null }]);
  expect(write(inputsWith([bloom, ldap])).find('libc').count).toBe(2);
});

it('the base has its digest, and the server in it is a component of its own', () => {
  const { find } = write(inputsWith([]));
  expect(find('docker.io/valkey/valkey:9.0.4').purl).toBe(
    `pkg:oci/valkey@sha256:${hex('d', 64)}?repository_url=docker.io%2Fvalkey%2Fvalkey&tag=9.0.4`,
  );
  expect(find('valkey').purl).toBe('pkg:github/valkey-io/valkey@9.0.4');
});

it('a server out of a Debian package is that package, and not listed twice', () => {
  const { base } = inputsWith([]);
  const server = { name: 'valkey-tools', version: '9.1.2+dfsg1-1', architecture: 'amd64' };
  const { document, find } = write(inputsWith([], { base: { ...base, packages: [...base.packages, server] } }));
  expect(find('valkey-tools').purl).toBe('pkg:deb/debian/valkey-tools@9.1.2+dfsg1-1?arch=amd64&distro=debian-13');
  expect(document.components.some(({ name }) => name === 'valkey')).toBe(false);
});

it('the entrypoint carries Node, and nothing else', () => {
  const { document, find } = write(inputsWith([]));
  const entry = document.dependencies.find(({ ref }) => ref === 'entrypoint');
  expect(entry?.dependsOn).toEqual(['pkg:generic/node@26.10.0']);
  expect(find('node').licenses).toEqual([{ license: { id: 'MIT' } }]);
});

it('the image depends on its base, the entrypoint and each module', () => {
  const { document } = write(inputsWith([builtModule('json'), builtModule('search')]));
  expect(document.dependencies.find(({ ref }) => ref === 'image')?.dependsOn).toEqual([
    'base:docker.io/valkey/valkey:9.0.4',
    'entrypoint',
    'module:json',
    'module:search',
  ]);
});

it('the same records in another order give the same bytes', () => {
  const libraries = ['zlib', 'grpc'].map((name) => ({
    name,
    origin: `https://github.com/example/${name}`,
    version: 'v1',
    pinned: true,
  }));
  const { base } = inputsWith([]);
  const one = write(inputsWith([builtModule('search', { dependencies: libraries })]));
  const other = write(
    inputsWith([builtModule('search', { dependencies: libraries.toReversed() })], {
      base: { ...base, packages: base.packages.toReversed() },
    }),
  );
  expect(other.text).toBe(one.text);
});

it('the serial number is that of the content', () => {
  const numbers = [hex('1', 64), hex('1', 64), hex('2', 64)].map(
    (sha256) => write(inputsWith([builtModule('search', { sha256 })])).document.serialNumber,
  );
  expect(numbers[0]).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(numbers[1]).toBe(numbers[0]);
  expect(numbers[2]).not.toBe(numbers[0]);
});

it('its moment is that of the newest source, and none where nobody knows it', () => {
  expect(write(inputsWith([])).document.metadata.timestamp).toBe('2023-11-14T22:13:20.000Z');
  expect(write(inputsWith([], { epoch: null })).document.metadata.timestamp).toBeUndefined();
});
